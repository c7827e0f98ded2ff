/* The next one, which replaces whatever was live before. */
#include "fix.h"
