#include "netbsd.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>

enum {
  NB_O_NONBLOCK = 0x4,
  NB_O_CLOEXEC = 0x400000,
  NB_F_DUPFD_CLOEXEC = 12,
  NB_FIONREAD = 0x4004667f,
};

static struct endpoint endpoints[MOST_FDS];

int real(int fd) {
  int number = fd - FIRST_FD;
  if (number < 0 || number >= MOST_FDS || syscall(SYS_fcntl, number, F_GETFD) < 0) {
    return fail(NB_EBADF);
  }
  return number;
}

int ours(int real_fd) {
  if (real_fd >= 0) {
    memset(endpoint(real_fd), 0, sizeof(struct endpoint));
  }
  return real_fd < 0 ? -1 : real_fd + FIRST_FD;
}

struct endpoint *endpoint(int real_fd) { return &endpoints[real_fd]; }

static int flags_to_linux(int flags) {
  int known = O_ACCMODE | NB_O_NONBLOCK | NB_O_CLOEXEC;
  if (flags & ~known) {
    return -1;
  }
  return (flags & O_ACCMODE) | (flags & NB_O_NONBLOCK ? O_NONBLOCK : 0)
         | (flags & NB_O_CLOEXEC ? O_CLOEXEC : 0);
}

int nb_close(int fd) EXPORTED("close");
int nb_close(int ours_fd) {
  int fd = real(ours_fd);
  if (fd < 0) {
    return -1;
  }
  kqueue_forget(fd);
  return (int)CALL(SYS_close, fd);
}

static int copied(int fd, int copy) {
  struct endpoint same = *endpoint(fd);
  int number = ours(copy);
  if (copy >= 0) {
    *endpoint(copy) = same;
  }
  return number;
}

int nb_fcntl(int fd, int command, ...) EXPORTED("fcntl");
int nb_fcntl(int ours_fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  int argument = va_arg(arguments, int);
  va_end(arguments);
  int fd = real(ours_fd);
  if (fd < 0) {
    return -1;
  }
  switch (command) {
    case F_GETFD:
      return (int)CALL(SYS_fcntl, fd, F_GETFD);
    case F_SETFD:
      return (int)CALL(SYS_fcntl, fd, F_SETFD, argument);
    case F_GETFL: {
      int flags = (int)CALL(SYS_fcntl, fd, F_GETFL);
      return flags < 0 ? -1 : (flags & O_ACCMODE) | (flags & O_NONBLOCK ? NB_O_NONBLOCK : 0);
    }
    case F_SETFL: {
      int flags = flags_to_linux(argument);
      return flags < 0 ? fail(NB_EINVAL) : (int)CALL(SYS_fcntl, fd, F_SETFL, flags);
    }
    case NB_F_DUPFD_CLOEXEC:
      return copied(fd, (int)CALL(SYS_fcntl, fd, F_DUPFD_CLOEXEC, argument));
    default:
      return fail(NB_EINVAL);
  }
}

int nb_dup(int fd) EXPORTED("dup");
int nb_dup(int ours_fd) {
  int fd = real(ours_fd);
  return fd < 0 ? -1 : copied(fd, (int)CALL(SYS_dup, fd));
}

static int replace(int ours_fd, int ours_onto, int linux_flags) {
  int fd = real(ours_fd);
  int onto = real(ours_onto);
  if (fd < 0 || onto < 0) {
    return -1;
  }
  kqueue_forget(onto);
  int result = (int)CALL(SYS_dup3, fd, onto, linux_flags);
  if (result < 0) {
    return -1;
  }
  *endpoint(onto) = *endpoint(fd);
  return ours_onto;
}

int nb_dup2(int fd, int onto) EXPORTED("dup2");
int nb_dup2(int ours_fd, int ours_onto) { return replace(ours_fd, ours_onto, 0); }

#ifndef WITHOUT_DUP3
int nb_dup3(int fd, int onto, int flags) EXPORTED("dup3");
int nb_dup3(int ours_fd, int ours_onto, int flags) {
  int linux_flags = flags_to_linux(flags);
  return linux_flags < 0 ? fail(NB_EINVAL) : replace(ours_fd, ours_onto, linux_flags);
}
#endif

int nb_ioctl(int fd, unsigned long request, ...) EXPORTED("ioctl");
int nb_ioctl(int ours_fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  int fd = real(ours_fd);
  if (fd < 0) {
    return -1;
  }
  return request == NB_FIONREAD ? (int)CALL(SYS_ioctl, fd, FIONREAD, argument)
                                : fail(NB_EINVAL);
}

static int pair_of_pipe(int fds[2], int linux_flags) {
  int result = (int)CALL(SYS_pipe2, fds, linux_flags);
  if (result == 0) {
    fds[0] = ours(fds[0]);
    fds[1] = ours(fds[1]);
  }
  return result;
}

int nb_pipe(int fds[2]) EXPORTED("pipe");
int nb_pipe(int fds[2]) { return pair_of_pipe(fds, 0); }

#ifndef WITHOUT_PIPE2
int nb_pipe2(int fds[2], int flags) EXPORTED("pipe2");
int nb_pipe2(int fds[2], int flags) {
  int linux_flags = flags_to_linux(flags);
  return linux_flags < 0 ? fail(NB_EINVAL) : pair_of_pipe(fds, linux_flags);
}
#endif
