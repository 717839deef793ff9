#include "netbsd.h"

/* Linux's number, NetBSD's number; those below 35 are the same but for EAGAIN and EDEADLK. */
static const int NUMBERS[][2] = {
    {EAGAIN, 35},       {EDEADLK, 11},       {ENAMETOOLONG, 63},  {ENOSYS, 78},
    {ENOTEMPTY, 66},    {ELOOP, 62},         {EPROTO, 96},        {EOVERFLOW, 84},
    {ENOTSOCK, 38},     {EDESTADDRREQ, 39},  {EMSGSIZE, 40},      {EPROTOTYPE, 41},
    {ENOPROTOOPT, 42},  {EPROTONOSUPPORT, 43}, {EOPNOTSUPP, 45},  {EPFNOSUPPORT, 46},
    {EAFNOSUPPORT, 47}, {EADDRINUSE, 48},    {EADDRNOTAVAIL, 49}, {ENETDOWN, 50},
    {ENETUNREACH, 51},  {ENETRESET, 52},     {ECONNABORTED, 53},  {ECONNRESET, 54},
    {ENOBUFS, 55},      {EISCONN, 56},       {ENOTCONN, 57},      {ESHUTDOWN, 58},
    {ETOOMANYREFS, 59}, {ETIMEDOUT, 60},     {ECONNREFUSED, 61},  {EHOSTDOWN, 64},
    {EHOSTUNREACH, 65}, {EALREADY, 37},      {EINPROGRESS, 36},   {ESTALE, 70},
    {ECANCELED, 87},
};

int netbsd_errno(int linux_errno) {
  for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
    if (NUMBERS[i][0] == linux_errno) {
      return NUMBERS[i][1];
    }
  }
  return linux_errno <= ERANGE ? linux_errno : NB_EINVAL;
}

int fail(int number) {
  errno = number;
  return -1;
}

long checked(long result) {
  if (result < 0) {
    errno = netbsd_errno(errno);
  }
  return result;
}
