#include "netbsd.h"

#include <netinet/in.h>

/* 12 bytes; the data follows at HEAD, and the next message at a multiple of 8. */
struct nb_cmsghdr {
  uint32_t length;
  int32_t level;
  int32_t type;
};

struct nb_in_pktinfo {
  struct in_addr address;
  uint32_t interface;
};

enum { HEAD = 16, INT = sizeof(int) };

static uint32_t padded(uint32_t length) { return (length + 7u) & ~7u; }

/* Their numbers go over as the ones of the other side. -1 and errno for one that is not ours. */
static int descriptors_to_linux(unsigned char *data, size_t length) {
  for (size_t i = 0; i + INT <= length; i += INT) {
    int fd;
    memcpy(&fd, data + i, INT);
    fd = real(fd);
    if (fd < 0) {
      return -1;
    }
    memcpy(data + i, &fd, INT);
  }
  return (int)length;
}

static int source_to_linux(unsigned char *data, int type) {
  struct in_pktinfo info = {0};
  memcpy(&info.ipi_spec_dst, data, sizeof info.ipi_spec_dst);
  if (type == NB_IP_PKTINFO) {
    memcpy(&info.ipi_ifindex, data + 4, INT);
  }
  memcpy(data, &info, sizeof info);
  return sizeof info;
}

/* Turns data into Linux's, in place; its new length, or -1 and errno. */
static int data_to_linux(const struct nb_cmsghdr *head, unsigned char *data, int *type) {
  *type = head->type;
  if (head->level == NB_SOL_SOCKET && head->type == SCM_RIGHTS) {
    return descriptors_to_linux(data, head->length - HEAD);
  }
  int address = head->type == NB_IP_RECVDSTADDR && head->length == HEAD + 4;
  int info = head->type == NB_IP_PKTINFO && head->length == HEAD + sizeof(struct nb_in_pktinfo);
  if (head->level == IPPROTO_IP && (address || info)) {
    *type = IP_PKTINFO;
    return source_to_linux(data, head->type);
  }
  if (head->level == IPPROTO_IPV6 && head->type == NB_IPV6_PKTINFO
      && head->length == HEAD + sizeof(struct in6_pktinfo)) {
    *type = IPV6_PKTINFO;
    return sizeof(struct in6_pktinfo);
  }
  return fail(NB_EINVAL);
}

/* How many bytes Linux gets; -1 and errno for messages that are not right. */
long control_to_linux(const unsigned char *from, uint32_t length, unsigned char *to) {
  size_t used = 0;
  while (length >= HEAD) {
    struct nb_cmsghdr head;
    int type;
    memcpy(&head, from, sizeof head);
    if (head.length < HEAD || head.length > length
        || used + 2 * HEAD + padded(head.length) > CONTROL_ROOM) {
      return fail(NB_EINVAL);
    }
    unsigned char *data = to + used + CMSG_LEN(0);
    memcpy(data, from + HEAD, head.length - HEAD);
    int data_length = data_to_linux(&head, data, &type);
    if (data_length < 0) {
      return -1;
    }
    struct cmsghdr linux_head = {CMSG_LEN((size_t)data_length),
                                 head.level == NB_SOL_SOCKET ? SOL_SOCKET : head.level, type};
    memcpy(to + used, &linux_head, sizeof linux_head);
    used += CMSG_SPACE((size_t)data_length);
    from += padded(head.length);
    length -= padded(head.length) < length ? padded(head.length) : length;
  }
  return (long)used;
}

/* Takes a descriptor that was received for one of ours. */
static int adopt(int fd) {
  int family = 0, type = 0, listening = 0;
  socklen_t length = INT;
  int number = ours(fd);
  if (syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &family, &length) == 0) {
    struct sockaddr_storage peer;
    socklen_t room = sizeof peer;
    syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &length);
    syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length);
    endpoint(fd)->family = family;
    endpoint(fd)->type = type;
    endpoint(fd)->listening = listening;
    endpoint(fd)->connected = syscall(SYS_getpeername, fd, &peer, &room) == 0;
  }
  return number;
}

static void descriptors_from_linux(unsigned char *data, uint32_t length, int wanted) {
  for (uint32_t i = 0; i + INT <= length; i += INT) {
    int fd;
    memcpy(&fd, data + i, INT);
    if (!wanted) {
      syscall(SYS_close, fd);
      continue;
    }
    fd = adopt(fd);
    memcpy(data + i, &fd, INT);
  }
}

static uint32_t recipient_from_linux(int fd, unsigned char *data, int32_t *type) {
  struct in_pktinfo info;
  memcpy(&info, data, sizeof info);
  struct nb_in_pktinfo nb_info = {info.ipi_addr, (uint32_t)info.ipi_ifindex};
  memcpy(data, &nb_info, sizeof nb_info);
  int address_only = endpoint(fd)->told == NB_IP_RECVDSTADDR;
  *type = address_only ? NB_IP_RECVDSTADDR : NB_IP_PKTINFO;
  return address_only ? sizeof nb_info.address : sizeof nb_info;
}

uint32_t control_from_linux(int fd, struct msghdr *from, unsigned char *to, uint32_t room,
                            int *truncated) {
  uint32_t used = 0;
  for (struct cmsghdr *head = CMSG_FIRSTHDR(from); head; head = CMSG_NXTHDR(from, head)) {
    unsigned char *data = CMSG_DATA(head);
    uint32_t length = (uint32_t)(head->cmsg_len - CMSG_LEN(0));
    struct nb_cmsghdr nb_head = {0, head->cmsg_level, head->cmsg_type};
    int rights = head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS;
    int fits = used + HEAD + length <= room;
    if (rights) {
      nb_head.level = NB_SOL_SOCKET;
      descriptors_from_linux(data, length, fits);
    } else if (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_PKTINFO) {
      length = recipient_from_linux(fd, data, &nb_head.type);
      fits = used + HEAD + length <= room;
    } else if (head->cmsg_level == IPPROTO_IPV6 && head->cmsg_type == IPV6_PKTINFO) {
      nb_head.type = NB_IPV6_PKTINFO;
    } else {
      continue;
    }
    if (!fits) {
      *truncated = 1;
      continue;
    }
    nb_head.length = HEAD + length;
    memcpy(to + used, &nb_head, sizeof nb_head);
    memcpy(to + used + HEAD, data, length);
    used += padded(nb_head.length) <= room - used ? padded(nb_head.length) : nb_head.length;
  }
  return used;
}
