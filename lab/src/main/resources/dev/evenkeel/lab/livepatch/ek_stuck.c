/* A function that tasks sleep in. */
#define FUNCTION "ek_sleep"
#define OBJECT "ek_sleeper"
#include "odd.h"
