/*
 * Functions in the shapes and with the answers of other systems, on Linux: sendfile and connectx of macOS (-DMACOS),
 * sendfile of FreeBSD and DragonFly, and a listen that fails and does not say why, as functions of old libkqueue do.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <sys/uio.h>
#include <unistd.h>

#define BSD_EAGAIN 35
#define BSD_EINPROGRESS 36
#define MOST 5

/* At most 5 bytes go out, as if the socket's buffer were full then. */
static int copy(int file, int socket, long offset, size_t count, long *sent) {
  char bytes[MOST];
  ssize_t got = pread(file, bytes, count < MOST ? count : MOST, offset);
  if (got < 0) {
    return -1;
  }
  *sent = write(socket, bytes, (size_t)got);
  if (*sent == (long)count) {
    return 0;
  }
  errno = BSD_EAGAIN;
  return -1;
}

#ifdef MACOS
int sendfile(int file, int socket, long offset, long *length, void *headers, int flags) {
  if (headers != NULL || flags != 0) {
    errno = EFAULT;
    return -1;
  }
  /* An error other than EAGAIN and EINTR leaves the length that was asked for. */
  return copy(file, socket, offset, (size_t)*length, length);
}

struct endpoints {
  unsigned source_interface;
  const void *source;
  unsigned source_length;
  const void *destination;
  unsigned destination_length;
};

/* All eight arguments leave a trace: the data arrives, the connection's number is made of the others. */
int connectx(
    int socket,
    const struct endpoints *endpoints,
    unsigned association,
    unsigned flags,
    const struct iovec *data,
    unsigned count,
    size_t *taken,
    unsigned *connection) {
  *taken = (size_t)writev(socket, data, (int)count);
  *connection = association * 100 + flags * 10 + endpoints->destination_length;
  errno = BSD_EINPROGRESS;
  return -1;
}
#else
int sendfile(int file, int socket, long offset, size_t count, void *headers, long *sent, int flags) {
  if (headers != NULL || flags != 0) {
    errno = EFAULT;
    return -1;
  }
  return copy(file, socket, offset, count, sent);
}
#endif

int listen(int socket, int backlog) {
  (void)socket;
  (void)backlog;
  errno = 0;
  return -1;
}
