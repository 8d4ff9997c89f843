#include "base/decimal.h"
