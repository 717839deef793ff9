#include "netbsd.h"

#include <netinet/in.h>
#include <sys/un.h>

enum { HEADER = 2, NB_PATH = 104 };

int family_to_linux(int family) {
  switch (family) {
    case AF_UNSPEC:
    case AF_UNIX:
    case AF_INET:
      return family;
    case NB_AF_INET6:
      return AF_INET6;
    default:
      return -1;
  }
}

static size_t size_of(int family) {
  switch (family) {
    case AF_INET:
      return sizeof(struct sockaddr_in);
    case AF_INET6:
      return sizeof(struct sockaddr_in6);
    default:
      return HEADER;
  }
}

/*
 * A sockaddr in Linux's form; 0 and errno if it is not right. Stricter than NetBSD, which overwrites
 * a wrong sa_len.
 */
socklen_t address_to_linux(const void *from, socklen_t length, struct sockaddr_storage *to) {
  const unsigned char *bytes = from;
  if (length < HEADER || length > HEADER + NB_PATH || bytes[0] != length) {
    fail(NB_EINVAL);
    return 0;
  }
  int family = family_to_linux(bytes[1]);
  if (family < 0) {
    fail(NB_EAFNOSUPPORT);
    return 0;
  }
  if (length < size_of(family) || (family == AF_UNIX && (length == HEADER || bytes[HEADER] == 0))) {
    fail(NB_EINVAL);
    return 0;
  }
  memset(to, 0, sizeof *to);
  memcpy(to, from, length);
  to->ss_family = (sa_family_t)family;
  return length;
}

void address_from_linux(const struct sockaddr_storage *from, socklen_t length, void *to,
                        socklen_t *to_length) {
  unsigned char bytes[sizeof *from] = {0};
  socklen_t room = *to_length;
  /* A path's terminating 0 is not part of NetBSD's length. */
  if (from->ss_family == AF_UNIX && length > HEADER) {
    length = HEADER + (socklen_t)strnlen(((const struct sockaddr_un *)from)->sun_path,
                                         length - HEADER);
  }
  memcpy(bytes, from, length);
  bytes[0] = (unsigned char)length;
  bytes[1] = (unsigned char)(from->ss_family == AF_INET6 ? NB_AF_INET6 : from->ss_family);
  memcpy(to, bytes, length < room ? length : room);
  *to_length = length;
}
