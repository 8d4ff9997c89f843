/* Functions whose use is a fault waiting to happen. Included by the build before every file. */
#ifndef MOTCUA_BASE_BANNED_H
#define MOTCUA_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets strtok strtok_r
#pragma GCC poison atoi atol atoll localtime gmtime ctime asctime

#endif
