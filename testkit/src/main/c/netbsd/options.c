#include "netbsd.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

enum {
  NB_SO_NOSIGPIPE = 0x800,
  NB_LOCAL_PEEREID = 3,
  NB_TCP_INFO = 9,
};

/* As in NetBSD's netinet/tcp.h, so that a compiler lays it out. */
struct nb_tcp_info {
  uint8_t state, ca_state, retransmits, probes, backoff, options, snd_wscale : 4, rcv_wscale : 4;
  uint32_t rto, ato, snd_mss, rcv_mss;
  uint32_t unacked, sacked, lost, retrans, fackets;
  uint32_t last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
  uint32_t pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering;
  uint32_t rcv_rtt, rcv_space;
  uint32_t snd_wnd, snd_bwnd, snd_nxt, rcv_nxt, toe_tid, snd_rexmitpack, rcv_ooopack, snd_zerowin;
  uint32_t pad[26];
};

struct option {
  int level, name;
  int linux_level, linux_name;
};

/* What this library has; every other option answers ENOPROTOOPT. */
static const struct option OPTIONS[] = {
    {NB_SOL_SOCKET, 0x0002, SOL_SOCKET, SO_ACCEPTCONN},
    {NB_SOL_SOCKET, 0x0004, SOL_SOCKET, SO_REUSEADDR},
    {NB_SOL_SOCKET, 0x0008, SOL_SOCKET, SO_KEEPALIVE},
    {NB_SOL_SOCKET, 0x0020, SOL_SOCKET, SO_BROADCAST},
    {NB_SOL_SOCKET, 0x0080, SOL_SOCKET, SO_LINGER},
    {NB_SOL_SOCKET, 0x0200, SOL_SOCKET, SO_REUSEPORT},
    {NB_SOL_SOCKET, 0x1001, SOL_SOCKET, SO_SNDBUF},
    {NB_SOL_SOCKET, 0x1002, SOL_SOCKET, SO_RCVBUF},
    {NB_SOL_SOCKET, 0x1004, SOL_SOCKET, SO_RCVLOWAT},
    {NB_SOL_SOCKET, 0x1007, SOL_SOCKET, SO_ERROR},
    {NB_SOL_SOCKET, 0x1008, SOL_SOCKET, SO_TYPE},
    {IPPROTO_TCP, 1, IPPROTO_TCP, TCP_NODELAY},
    {IPPROTO_TCP, 2, IPPROTO_TCP, TCP_MAXSEG},
    {IPPROTO_TCP, 3, IPPROTO_TCP, TCP_KEEPIDLE},
    {IPPROTO_TCP, 5, IPPROTO_TCP, TCP_KEEPINTVL},
    {IPPROTO_TCP, 6, IPPROTO_TCP, TCP_KEEPCNT},
    {IPPROTO_IP, 3, IPPROTO_IP, IP_TOS},
    {IPPROTO_IP, 4, IPPROTO_IP, IP_TTL},
    {IPPROTO_IP, 9, IPPROTO_IP, IP_MULTICAST_IF},
    {IPPROTO_IP, 10, IPPROTO_IP, IP_MULTICAST_TTL},
    {IPPROTO_IP, 11, IPPROTO_IP, IP_MULTICAST_LOOP},
    {IPPROTO_IP, 12, IPPROTO_IP, IP_ADD_MEMBERSHIP},
    {IPPROTO_IP, 13, IPPROTO_IP, IP_DROP_MEMBERSHIP},
    {IPPROTO_IP, NB_IP_RECVDSTADDR, IPPROTO_IP, IP_PKTINFO},
    {IPPROTO_IP, NB_IP_RECVPKTINFO, IPPROTO_IP, IP_PKTINFO},
    {IPPROTO_IPV6, NB_IPV6_RECVPKTINFO, IPPROTO_IPV6, IPV6_RECVPKTINFO},
    {IPPROTO_IPV6, 4, IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    {IPPROTO_IPV6, 9, IPPROTO_IPV6, IPV6_MULTICAST_IF},
    {IPPROTO_IPV6, 10, IPPROTO_IPV6, IPV6_MULTICAST_HOPS},
    {IPPROTO_IPV6, 11, IPPROTO_IPV6, IPV6_MULTICAST_LOOP},
    {IPPROTO_IPV6, 12, IPPROTO_IPV6, IPV6_JOIN_GROUP},
    {IPPROTO_IPV6, 13, IPPROTO_IPV6, IPV6_LEAVE_GROUP},
    {IPPROTO_IPV6, 27, IPPROTO_IPV6, IPV6_V6ONLY},
    {IPPROTO_IPV6, 61, IPPROTO_IPV6, IPV6_TCLASS},
};

static const struct option PEER_ID = {0, NB_LOCAL_PEEREID, SOL_SOCKET, SO_PEERCRED};

static const struct option *find(int fd, int level, int name) {
  if (endpoint(fd)->family == AF_UNIX && level != NB_SOL_SOCKET) {
    /* SOL_LOCAL is 0, as IPPROTO_IP. */
    return level == 0 && name == NB_LOCAL_PEEREID ? &PEER_ID : NULL;
  }
  for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
    if (OPTIONS[i].level == level && OPTIONS[i].name == name) {
      return &OPTIONS[i];
    }
  }
  return NULL;
}

/* SO_ERROR on Linux clears the error, which on NetBSD an event leaves in place. */
void take_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  if (syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error != 0) {
    endpoint(fd)->error = netbsd_errno(error);
  }
}

/* NetBSD's numbers of the states that Linux counts from 1 on. */
static const uint8_t STATES[] = {0, 4, 2, 3, 6, 9, 10, 0, 5, 8, 1, 7};

static int tcp_info(int fd, void *value, socklen_t *length) {
  struct tcp_info linux_info;
  socklen_t linux_length = sizeof linux_info;
  memset(&linux_info, 0, sizeof linux_info);
  int result = (int)CALL(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, &linux_info, &linux_length);
  if (result < 0) {
    return result;
  }
  struct nb_tcp_info info = {
      .state = linux_info.tcpi_state < sizeof STATES ? STATES[linux_info.tcpi_state] : 0,
      .snd_mss = linux_info.tcpi_snd_mss,
      .rcv_mss = linux_info.tcpi_rcv_mss,
      .snd_cwnd = linux_info.tcpi_snd_cwnd, /* in segments on both */
      .snd_rexmitpack = linux_info.tcpi_total_retrans,
  };
  *length = *length < sizeof info ? *length : sizeof info;
  memcpy(value, &info, *length);
  return 0;
}

static int buffer_size(const struct option *option) {
  return option->linux_level == SOL_SOCKET
         && (option->linux_name == SO_SNDBUF || option->linux_name == SO_RCVBUF);
}

int nb_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
    EXPORTED("getsockopt");
int nb_getsockopt(int ours_fd, int level, int name, void *value, socklen_t *length) {
  int fd = real(ours_fd);
  if (fd < 0) {
    return -1;
  }
  if (level == IPPROTO_TCP && name == NB_TCP_INFO && endpoint(fd)->family != AF_UNIX) {
    return tcp_info(fd, value, length);
  }
  const struct option *option = find(fd, level, name);
  if (option == NULL) {
    return fail(NB_ENOPROTOOPT);
  }
  if (option->linux_name == SO_ERROR && option->linux_level == SOL_SOCKET) {
    take_error(fd);
    memcpy(value, &endpoint(fd)->error, sizeof(int));
    *length = sizeof(int);
    endpoint(fd)->error = 0;
    return 0;
  }
  int result = (int)CALL(SYS_getsockopt, fd, option->linux_level, option->linux_name, value, length);
  if (result == 0 && buffer_size(option)) {
    *(int *)value /= 2; /* Linux doubles what was set. */
  }
#ifdef TICKS
  if (result == 0 && option->linux_level == SOL_SOCKET && option->linux_name == SO_LINGER) {
    ((struct linger *)value)->l_linger *= 100;
  }
#endif
  return result;
}

int nb_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
    EXPORTED("setsockopt");
int nb_setsockopt(int ours_fd, int level, int name, const void *value, socklen_t length) {
  int fd = real(ours_fd);
  if (fd < 0) {
    return -1;
  }
  if (level == NB_SOL_SOCKET && name == NB_SO_NOSIGPIPE) {
    return length == sizeof(int) ? 0 : fail(NB_EINVAL); /* Here nothing ever raises it. */
  }
  const struct option *option = find(fd, level, name);
  if (option == NULL) {
    return fail(NB_ENOPROTOOPT);
  }
  if (option->linux_level == IPPROTO_IP && option->linux_name == IP_PKTINFO) {
    endpoint(fd)->told = name;
  }
  return (int)CALL(SYS_setsockopt, fd, option->linux_level, option->linux_name, value, length);
}
