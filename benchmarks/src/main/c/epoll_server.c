/*
 * The limit: one thread, level-triggered epoll, no allocation per event.
 * Arguments: service (ECHO, SINK, SOURCE, FILE, DATAGRAM, LOCAL) and a path. Says "ready <port>".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BULK = 64 << 10, MOST_EVENTS = 1024, MOST_FDS = 32768, FILE_BYTES = 100 << 20 };

static char buffer[BULK];
static off_t left[MOST_FDS]; /* of the files that are being sent */
static int epoll;
static int file = -1;

static void require(int result, const char *what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
}

static void control(int operation, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  require(epoll_ctl(epoll, operation, fd, &event), "epoll_ctl");
}

static int stream(const char *path) {
  int fd;
  if (path != NULL) {
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    strncpy(local.sun_path, path, sizeof local.sun_path - 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    require(bind(fd, (struct sockaddr *)&local, sizeof local), "bind");
  } else {
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    require(bind(fd, (struct sockaddr *)&loopback, sizeof loopback), "bind");
  }
  require(listen(fd, 4096), "listen");
  return fd;
}

static int datagram(void) {
  struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  require(bind(fd, (struct sockaddr *)&loopback, sizeof loopback), "bind");
  return fd;
}

static void accept_all(int server, uint32_t events) {
  int fd;
  while ((fd = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* fails on AF_UNIX, rightly */
    control(EPOLL_CTL_ADD, fd, events);
  }
}

/* Answers are small and the peer reads them, so a send that takes only a part is an error. */
static void echo(int fd) {
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n > 0) {
    if (send(fd, buffer, n, MSG_NOSIGNAL) != n) {
      close(fd);
    }
  } else if (n == 0 || errno != EAGAIN) {
    close(fd);
  }
}

static void sink(int fd) {
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n == 0 || (n < 0 && errno != EAGAIN)) {
    close(fd);
  }
}

static void source(int fd) {
  for (int i = 0; i < 16; i++) {
    ssize_t n = send(fd, buffer, sizeof buffer, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
      close(fd);
    }
    if (n != sizeof buffer) {
      return;
    }
  }
}

static void send_file(int fd, uint32_t events) {
  if (events & EPOLLIN) {
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
      close(fd);
      return;
    }
    left[fd] = FILE_BYTES;
  }
  while (left[fd] > 0) {
    off_t from = FILE_BYTES - left[fd];
    ssize_t n = sendfile(fd, file, &from, left[fd]);
    if (n < 0) {
      control(EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT);
      return;
    }
    left[fd] -= n;
  }
  if (events & EPOLLOUT) {
    control(EPOLL_CTL_MOD, fd, EPOLLIN);
  }
}

static void answer_datagrams(int fd) {
  struct sockaddr_in from;
  for (int i = 0; i < 16; i++) {
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
    if (n < 0) {
      return;
    }
    sendto(fd, buffer, n, 0, (struct sockaddr *)&from, length);
  }
}

int main(int argc, char **argv) {
  const char *service = argc > 1 ? argv[1] : "ECHO";
  const char *path = argc > 2 ? argv[2] : NULL;
  enum { ECHO, SINK, SOURCE, SEND_FILE, DATAGRAM } what = ECHO;
  if (!strcmp(service, "SINK")) what = SINK;
  if (!strcmp(service, "SOURCE")) what = SOURCE;
  if (!strcmp(service, "DATAGRAM")) what = DATAGRAM;
  if (!strcmp(service, "FILE")) {
    what = SEND_FILE;
    file = open(path, O_RDONLY | O_CLOEXEC);
    require(file, path);
  }
  /* A benchmark that is killed cannot end its servers. */
  require(prctl(PR_SET_PDEATHSIG, SIGTERM), "prctl");
  epoll = epoll_create1(EPOLL_CLOEXEC);
  int server = what == DATAGRAM ? datagram() : stream(!strcmp(service, "LOCAL") ? path : NULL);
  control(EPOLL_CTL_ADD, server, EPOLLIN);
  struct sockaddr_in bound = {0};
  socklen_t length = sizeof bound;
  getsockname(server, (struct sockaddr *)&bound, &length);
  printf("ready %d\n", bound.sin_family == AF_INET ? ntohs(bound.sin_port) : 0);
  fflush(stdout);

  static struct epoll_event events[MOST_EVENTS];
  for (;;) {
    int n = epoll_wait(epoll, events, MOST_EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (what == DATAGRAM) answer_datagrams(fd);
      else if (fd == server) accept_all(fd, what == SOURCE ? EPOLLOUT : EPOLLIN);
      else if (what == ECHO) echo(fd);
      else if (what == SINK) sink(fd);
      else if (what == SOURCE) source(fd);
      else send_file(fd, events[i].events);
    }
  }
}
