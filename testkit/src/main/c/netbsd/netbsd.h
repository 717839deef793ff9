/*
 * A library that speaks NetBSD's ABI outside and Linux inside: struct kevent with 32-bit filter and
 * flags, sockaddr with sa_len, NetBSD's numbers for families, options, flags and errors. It exists
 * to run the transport with -Dio.github.kqueueffm.platform=netbsd-x86_64 for real.
 *
 * Its descriptors are the real ones plus FIRST_FD. So a call that the transport makes on one of
 * them past this library, at libc, fails with EBADF.
 *
 * Built with -D, it lacks what an older NetBSD lacks: WITHOUT_ACCEPT4, WITHOUT_PIPE2, WITHOUT_DUP3,
 * WITHOUT_USER, WITHOUT_SOCKETPAIR; or has what a newer one has: KEVENT100. TICKS gives it a
 * defect: SO_LINGER in hundredths of a second.
 */
#ifndef NETBSD_H
#define NETBSD_H

#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FIRST_FD 1000000
#define MOST_FDS 65536

/* The name that the symbol has for the linker; in C it would clash with libc's declaration. */
#define EXPORTED(symbol) __asm__(symbol) __attribute__((visibility("default")))

/* What Linux forgets when it is asked, or keeps where poll(2) cannot see it. */
struct endpoint {
  int family;  /* Linux's; 0 if it is no socket */
  int type;
  int listening;
  int connected;  /* or connecting */
  int write_shut;
  int told;   /* the NetBSD option by which a datagram's recipient was asked for */
  int error;  /* NetBSD's so_error, taken from Linux by an event and not yet told to anybody */
};

/* A system call, with a NetBSD errno. */
#define CALL(number, ...) checked(syscall(number, ##__VA_ARGS__))

long checked(long result);
int fail(int netbsd_errno);
int netbsd_errno(int linux_errno);

int real(int fd);  /* -1 for a descriptor that is not this library's */
int ours(int real_fd);
struct endpoint *endpoint(int real_fd);  /* of a valid descriptor */
void take_error(int real_fd);

int family_to_linux(int family);
socklen_t address_to_linux(const void *from, socklen_t length, struct sockaddr_storage *to);
void address_from_linux(const struct sockaddr_storage *from, socklen_t length, void *to,
                        socklen_t *to_length);

enum { CONTROL_ROOM = 2048 };
long control_to_linux(const unsigned char *from, uint32_t length, unsigned char *to);
uint32_t control_from_linux(int real_fd, struct msghdr *from, unsigned char *to, uint32_t room,
                            int *truncated);

void kqueue_forget(int real_fd);

enum {
  NB_EPERM = 1,
  NB_ENOENT = 2,
  NB_EBADF = 9,
  NB_EINVAL = 22,
  NB_ENOPROTOOPT = 42,
  NB_EAFNOSUPPORT = 47,
  NB_EMSGSIZE = 40,
  NB_AF_INET6 = 24,
  NB_SOL_SOCKET = 0xffff,
  NB_IP_RECVDSTADDR = 7,
  NB_IP_PKTINFO = 25,
  NB_IP_RECVPKTINFO = 26,
  NB_IPV6_RECVPKTINFO = 36,
  NB_IPV6_PKTINFO = 46,
};

#endif
