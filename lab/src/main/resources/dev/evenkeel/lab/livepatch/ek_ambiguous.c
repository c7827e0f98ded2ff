/* A name that the kernel has several times. */
#define FUNCTION "t_next"
#define OBJECT NULL
#include "odd.h"
