/* The first livepatch. */
#include "fix.h"
