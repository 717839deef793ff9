package io.github.kqueueffm.simulation;

/**
 * The ways of one system that others do not have. Which system has which, with which value and from
 * which evidence, is in the resource {@code quirks.tsv} beside this class. Lines are in no order,
 * so that two changes merge.
 */
enum Quirk {
  /** A one-shot whose data was taken before its delivery is delivered with the old count. */
  STALE_ONE_SHOT,
  /**
   * Sockets of AF_INET6 never carry IPv4. The value is the errno with which IPV6_V6ONLY is not
   * cleared.
   */
  IPV6_ONLY_STACK,

  /** Switches of SOL_SOCKET that are on are answered as their bit, not 1. */
  SWITCHES_AS_BITS,

  /** IP_MULTICAST_TTL and IP_MULTICAST_LOOP are one byte, and no int is taken. */
  MULTICAST_OPTIONS_AS_BYTE,

  /** TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT can be set and not read. */
  KEEPALIVE_NOT_READ,

  /** SO_ACCEPTCONN cannot be read. */
  ACCEPTCONN_NOT_READ,

  /** A socket of AF_INET6 also has the options of IPv4. */
  IPV4_OPTIONS_OF_IPV6_SOCKETS,

  /** The errno of an option whose level is another protocol's, where it is not EINVAL. */
  OPTION_OF_OTHER_PROTOCOL,

  /** The TCP options of a connection that was reset can be read and set. */
  TCP_OPTIONS_OUTLIVE_RESET,

  /** No option can be set after both directions are shut, or after a reset. */
  NO_OPTIONS_AFTER_BOTH_ENDS,

  /** A buffer's size is refused when its direction is shut. */
  BUFFER_OF_SHUT_DIRECTION,

  /** SO_RCVBUF and SO_SNDBUF are clamped in place of refused, and answered twice as large. */
  BUFFERS_DOUBLED,

  /** SO_LINGER counts in ticks of 10 ms. */
  LINGER_TICKS,

  /** SO_LINGER of more seconds than a short holds is refused. */
  LINGER_REFUSED_ABOVE_SHORT,

  /** SO_LINGER of more seconds than a short holds is kept. */
  LINGER_IN_AN_INT,

  /** The credentials of a socket without a peer are those of no user, without an errno. */
  NO_PEER_IS_NO_ERROR,
  /** An error that ends sendmmsg or recvmmsg stays with the socket, EAGAIN too (so_error). */
  MANY_LEAVE_ERROR,

  /** MSG_CMSG_CLOEXEC has no effect. */
  CMSG_CLOEXEC_IGNORED,

  /** Received descriptors for which there is no room make the call fail with EMSGSIZE. */
  NO_ROOM_FOR_DESCRIPTORS_FAILS,

  /** Received descriptors for which there is no room stay open, and nobody learns their numbers. */
  DESCRIPTORS_LEAK,

  /** As many received descriptors are given as there is room for, and the others are closed. */
  DESCRIPTORS_IN_PART,

  /** The most descriptors that one message carries, where it is not 512. */
  MOST_DESCRIPTORS,
  ;
}
