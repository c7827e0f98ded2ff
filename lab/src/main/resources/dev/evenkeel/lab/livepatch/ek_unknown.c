/* A function that no kernel has. */
#define FUNCTION "ek_no_such_function"
#define OBJECT NULL
#include "odd.h"
