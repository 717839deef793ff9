#include "netbsd.h"

#include <fcntl.h>

enum {
  NB_SOCK_NONBLOCK = 0x20000000,
  NB_SOCK_CLOEXEC = 0x10000000,
};

static int type_flags_to_linux(int flags) {
  if (flags & ~(NB_SOCK_NONBLOCK | NB_SOCK_CLOEXEC)) {
    return -1;
  }
  return (flags & NB_SOCK_NONBLOCK ? SOCK_NONBLOCK : 0)
         | (flags & NB_SOCK_CLOEXEC ? SOCK_CLOEXEC : 0);
}

static int type_to_linux(int type) {
  int flags = type_flags_to_linux(type & ~0xf);
  return flags < 0 ? -1 : flags | (type & 0xf);
}

static int is_socket(int real_fd, int family, int type, int connected) {
  int fd = ours(real_fd);
  if (fd >= 0) {
    struct endpoint *socket = endpoint(real_fd);
    socket->family = family;
    socket->type = type & 0xf;
    socket->connected = connected;
  }
  return fd;
}

int nb_socket(int domain, int type, int protocol) EXPORTED("__socket30");
int nb_socket(int domain, int type, int protocol) {
  int family = family_to_linux(domain);
  int linux_type = type_to_linux(type);
  if (family <= 0) {
    return fail(NB_EAFNOSUPPORT);
  }
  if (linux_type < 0) {
    return fail(NB_EINVAL);
  }
  return is_socket((int)CALL(SYS_socket, family, linux_type, protocol), family, type, 0);
}

#ifndef WITHOUT_SOCKETPAIR
int nb_socketpair(int domain, int type, int protocol, int fds[2]) EXPORTED("socketpair");
int nb_socketpair(int domain, int type, int protocol, int fds[2]) {
  int family = family_to_linux(domain);
  int linux_type = type_to_linux(type);
  if (linux_type < 0) {
    return fail(NB_EINVAL);
  }
  int result = (int)CALL(SYS_socketpair, family, linux_type, protocol, fds);
  if (result == 0) {
    fds[0] = is_socket(fds[0], family, type, 1);
    fds[1] = is_socket(fds[1], family, type, 1);
  }
  return result;
}
#endif

int nb_bind(int fd, const void *address, socklen_t length) EXPORTED("bind");
int nb_bind(int fd, const void *address, socklen_t length) {
  struct sockaddr_storage name;
  int socket = real(fd);
  socklen_t linux_length = socket < 0 ? 0 : address_to_linux(address, length, &name);
  return linux_length == 0 ? -1 : (int)CALL(SYS_bind, socket, &name, linux_length);
}

int nb_connect(int fd, const void *address, socklen_t length) EXPORTED("connect");
int nb_connect(int fd, const void *address, socklen_t length) {
  struct sockaddr_storage name;
  int socket = real(fd);
  socklen_t linux_length = socket < 0 ? 0 : address_to_linux(address, length, &name);
  if (linux_length == 0) {
    return -1;
  }
  int result = (int)syscall(SYS_connect, socket, &name, linux_length);
  if (result == 0 || errno == EINPROGRESS) {
    endpoint(socket)->connected = name.ss_family != AF_UNSPEC;
  }
  return (int)checked(result);
}

int nb_listen(int fd, int backlog) EXPORTED("listen");
int nb_listen(int fd, int backlog) {
  int socket = real(fd);
  if (socket < 0) {
    return -1;
  }
  int result = (int)CALL(SYS_listen, socket, backlog);
  endpoint(socket)->listening = result == 0;
  return result;
}

static int accept_with(int listener, void *address, socklen_t *length, int linux_flags) {
  struct sockaddr_storage name;
  socklen_t linux_length = sizeof name;
  int fd = (int)CALL(SYS_accept4, listener, &name, &linux_length, linux_flags);
  if (fd >= 0 && address != NULL) {
    address_from_linux(&name, linux_length, address, length);
  }
  return is_socket(fd, endpoint(listener)->family, SOCK_STREAM, 1);
}

int nb_accept(int fd, void *address, socklen_t *length) EXPORTED("accept");
int nb_accept(int fd, void *address, socklen_t *length) {
  int listener = real(fd);
  if (listener < 0) {
    return -1;
  }
  /* Unlike Linux's, a BSD's accept inherits O_NONBLOCK. */
  int flags = (int)syscall(SYS_fcntl, listener, F_GETFL);
  return accept_with(listener, address, length, flags & O_NONBLOCK ? SOCK_NONBLOCK : 0);
}

#ifndef WITHOUT_ACCEPT4
int nb_accept4(int fd, void *address, socklen_t *length, int flags) EXPORTED("accept4");
int nb_accept4(int fd, void *address, socklen_t *length, int flags) {
  int listener = real(fd);
  int linux_flags = type_flags_to_linux(flags);
  if (listener < 0) {
    return -1;
  }
  return linux_flags < 0 ? fail(NB_EINVAL) : accept_with(listener, address, length, linux_flags);
}
#endif

int nb_shutdown(int fd, int how) EXPORTED("shutdown");
int nb_shutdown(int fd, int how) {
  int socket = real(fd);
  if (socket < 0) {
    return -1;
  }
  int result = (int)CALL(SYS_shutdown, socket, how);
  if (result == 0 && how != SHUT_RD) {
    endpoint(socket)->write_shut = 1;
  }
  return result;
}

static int name_of(long call, int fd, void *address, socklen_t *length) {
  struct sockaddr_storage name;
  socklen_t linux_length = sizeof name;
  int socket = real(fd);
  if (socket < 0) {
    return -1;
  }
  int result = (int)CALL(call, socket, &name, &linux_length);
  if (result == 0) {
    address_from_linux(&name, linux_length, address, length);
  }
  return result;
}

int nb_getsockname(int fd, void *address, socklen_t *length) EXPORTED("getsockname");
int nb_getsockname(int fd, void *address, socklen_t *length) {
  return name_of(SYS_getsockname, fd, address, length);
}

int nb_getpeername(int fd, void *address, socklen_t *length) EXPORTED("getpeername");
int nb_getpeername(int fd, void *address, socklen_t *length) {
  return name_of(SYS_getpeername, fd, address, length);
}
