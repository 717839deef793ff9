#include "netbsd.h"

enum { MOST_IOVECS = 1024 };

struct nb_msghdr {
  void *name;
  uint32_t name_length;
  struct iovec *iov;
  int32_t iov_count;
  void *control;
  uint32_t control_length;
  int32_t flags;
};
_Static_assert(sizeof(struct nb_msghdr) == 48, "NetBSD's struct msghdr");

static const int FLAGS[][2] = {
    {0x002, MSG_PEEK},  {0x010, MSG_TRUNC},    {0x020, MSG_CTRUNC},
    {0x080, MSG_DONTWAIT}, {0x400, MSG_NOSIGNAL}, {0x800, MSG_CMSG_CLOEXEC},
};

static int flags(int from, int side) {
  int to = 0;
  for (size_t i = 0; i < sizeof FLAGS / sizeof FLAGS[0]; i++) {
    if (from & FLAGS[i][side]) {
      to |= FLAGS[i][1 - side];
      from &= ~FLAGS[i][side];
    }
  }
  return from == 0 || side == 1 ? to : -1;
}

/* What a call says when an event has already taken the error from Linux. */
static long with_error(int fd, long result, size_t length) {
  struct endpoint *socket = endpoint(fd);
  int ended = result < 0 || (result == 0 && length > 0);
  if (ended && socket->error != 0) {
    int error = socket->error;
    socket->error = 0;
    return fail(error);
  }
  return result;
}

/*
 * Not called by its exported name from here: in a process whose libc has one too, that would be
 * libc's.
 */
static long send_message(int ours_fd, const struct nb_msghdr *message, int nb_flags) {
  struct sockaddr_storage name;
  unsigned char control[CONTROL_ROOM] __attribute__((aligned(8)));
  int fd = real(ours_fd);
  int linux_flags = flags(nb_flags, 0);
  if (fd < 0) {
    return -1;
  }
  if (linux_flags < 0) {
    return fail(NB_EINVAL);
  }
  if (message->iov_count < 0 || message->iov_count > MOST_IOVECS) {
    return fail(NB_EMSGSIZE);
  }
  struct msghdr linux_message = {
      .msg_iov = message->iov, .msg_iovlen = (size_t)message->iov_count};
  if (message->name != NULL) {
    linux_message.msg_name = &name;
    linux_message.msg_namelen = address_to_linux(message->name, message->name_length, &name);
    if (linux_message.msg_namelen == 0) {
      return -1;
    }
  }
  if (message->control != NULL) {
    long length = control_to_linux(message->control, message->control_length, control);
    if (length < 0) {
      return -1;
    }
    linux_message.msg_control = control;
    linux_message.msg_controllen = (size_t)length;
  }
  if (endpoint(fd)->error != 0) {
    return with_error(fd, -1, 0);
  }
  return CALL(SYS_sendmsg, fd, &linux_message, linux_flags | MSG_NOSIGNAL);
}

static long receive_message(int ours_fd, struct nb_msghdr *message, int nb_flags) {
  struct sockaddr_storage name;
  unsigned char control[CONTROL_ROOM] __attribute__((aligned(8)));
  int fd = real(ours_fd);
  int linux_flags = flags(nb_flags, 0);
  if (fd < 0) {
    return -1;
  }
  if (linux_flags < 0) {
    return fail(NB_EINVAL);
  }
  struct msghdr linux_message = {
      .msg_iov = message->iov,
      .msg_iovlen = (size_t)message->iov_count,
      .msg_name = message->name ? &name : NULL,
      .msg_namelen = message->name ? sizeof name : 0,
      .msg_control = message->control ? control : NULL,
      .msg_controllen = message->control ? sizeof control : 0,
  };
  long result = with_error(fd, CALL(SYS_recvmsg, fd, &linux_message, linux_flags), 1);
  if (result < 0) {
    return -1;
  }
  if (message->name != NULL) {
    if (linux_message.msg_namelen == 0) {
      message->name_length = 0;
    } else {
      address_from_linux(&name, linux_message.msg_namelen, message->name, &message->name_length);
    }
  }
  int truncated = 0;
  if (message->control != NULL) {
    message->control_length = control_from_linux(fd, &linux_message, message->control,
                                                 message->control_length, &truncated);
  }
  message->flags = flags(linux_message.msg_flags, 1) | (truncated ? 0x020 : 0);
  return result;
}

static struct nb_msghdr header(void *name, socklen_t length, struct iovec *iov, int count) {
  struct nb_msghdr message = {name, length, iov, count, NULL, 0, 0};
  return message;
}

static long send_to(int fd, void *bytes, size_t length, int nb_flags, void *name, socklen_t room) {
  struct iovec iov = {bytes, length};
  struct nb_msghdr message = header(name, room, &iov, 1);
  return send_message(fd, &message, nb_flags);
}

static long receive_from(int fd, void *bytes, size_t length, int nb_flags, void *name,
                         socklen_t *room) {
  struct iovec iov = {bytes, length};
  struct nb_msghdr message = header(name, name == NULL ? 0 : *room, &iov, 1);
  long result = receive_message(fd, &message, nb_flags);
  if (result >= 0 && name != NULL) {
    *room = message.name_length;
  }
  return result;
}

static long write_all(int ours_fd, struct iovec *iov, int count) {
  int fd = real(ours_fd);
  if (fd < 0) {
    return -1;
  }
  if (endpoint(fd)->family == 0) {
    return CALL(SYS_writev, fd, iov, count);
  }
  struct nb_msghdr message = header(NULL, 0, iov, count);
  return send_message(ours_fd, &message, 0);
}

static long read_all(int ours_fd, struct iovec *iov, int count) {
  int fd = real(ours_fd);
  return fd < 0 ? -1 : with_error(fd, CALL(SYS_readv, fd, iov, count), 1);
}

long nb_sendmsg(int fd, const struct nb_msghdr *message, int nb_flags) EXPORTED("sendmsg");
long nb_sendmsg(int fd, const struct nb_msghdr *message, int nb_flags) {
  return send_message(fd, message, nb_flags);
}

long nb_recvmsg(int fd, struct nb_msghdr *message, int nb_flags) EXPORTED("recvmsg");
long nb_recvmsg(int fd, struct nb_msghdr *message, int nb_flags) {
  return receive_message(fd, message, nb_flags);
}

long nb_sendto(int fd, void *bytes, size_t length, int nb_flags, void *name, socklen_t room)
    EXPORTED("sendto");
long nb_sendto(int fd, void *bytes, size_t length, int nb_flags, void *name, socklen_t room) {
  return send_to(fd, bytes, length, nb_flags, name, room);
}

long nb_send(int fd, void *bytes, size_t length, int nb_flags) EXPORTED("send");
long nb_send(int fd, void *bytes, size_t length, int nb_flags) {
  return send_to(fd, bytes, length, nb_flags, NULL, 0);
}

long nb_recvfrom(int fd, void *bytes, size_t length, int nb_flags, void *name, socklen_t *room)
    EXPORTED("recvfrom");
long nb_recvfrom(int fd, void *bytes, size_t length, int nb_flags, void *name, socklen_t *room) {
  return receive_from(fd, bytes, length, nb_flags, name, room);
}

long nb_recv(int fd, void *bytes, size_t length, int nb_flags) EXPORTED("recv");
long nb_recv(int fd, void *bytes, size_t length, int nb_flags) {
  return receive_from(fd, bytes, length, nb_flags, NULL, NULL);
}

long nb_writev(int fd, struct iovec *iov, int count) EXPORTED("writev");
long nb_writev(int fd, struct iovec *iov, int count) { return write_all(fd, iov, count); }

long nb_readv(int fd, struct iovec *iov, int count) EXPORTED("readv");
long nb_readv(int fd, struct iovec *iov, int count) { return read_all(fd, iov, count); }

long nb_write(int fd, void *bytes, size_t length) EXPORTED("write");
long nb_write(int fd, void *bytes, size_t length) {
  struct iovec iov = {bytes, length};
  return write_all(fd, &iov, 1);
}

long nb_read(int fd, void *bytes, size_t length) EXPORTED("read");
long nb_read(int fd, void *bytes, size_t length) {
  struct iovec iov = {bytes, length};
  return read_all(fd, &iov, 1);
}
