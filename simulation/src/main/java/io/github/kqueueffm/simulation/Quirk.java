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

  /** The errno of setting an option of another protocol's level, where it is not EINVAL. */
  OPTION_OF_OTHER_PROTOCOL,

  /**
   * The errno of reading an option whose level is another protocol's, and of options of local
   * sockets at another level, where it is not EINVAL.
   */
  OPTION_READ_OF_OTHER_PROTOCOL,

  /** The TCP options of a connection that was reset can be read and set. */
  TCP_OPTIONS_OUTLIVE_RESET,

  /** The bytes of struct tcp_info, where the platform file has that of another release. */
  TCP_INFO_SIZE,

  /** TCP_INFO counts the congestion window in segments. */
  CONGESTION_WINDOW_IN_SEGMENTS,

  /** TCP_CONNECTION_INFO has times in milliseconds. */
  TCP_TIMES_IN_MILLISECONDS,

  /** TCP_CONNECTION_INFO has the state alone before a connect and of a listener. */
  TCP_INFO_OF_CONNECTIONS,

  /** TCP_INFO counts the peer's end as a byte that was received. */
  END_COUNTS_AS_A_BYTE,

  /** No option can be set after both directions are shut, or after a reset. */
  NO_OPTIONS_AFTER_BOTH_ENDS,

  /** A buffer's size is refused when its direction is shut. */
  BUFFER_OF_SHUT_DIRECTION,

  /** SO_RCVBUF and SO_SNDBUF are clamped and not refused, and are read as twice the value. */
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

  /** A receive fails with EMSGSIZE if the descriptors do not fit. */
  NO_ROOM_FOR_DESCRIPTORS_FAILS,

  /** Received descriptors that do not fit stay open, and the call does not return their numbers. */
  DESCRIPTORS_LEAK,

  /** As many received descriptors are given as there is room for, and the others are closed. */
  DESCRIPTORS_IN_PART,

  /** The most descriptors that one message carries, where it is not 512. */
  MOST_DESCRIPTORS,
  /** The flags of an event are all those of the change that made the knote, EV_ADD among them. */
  RETURNS_FLAGS_OF_CHANGE,
  /** EV_ERROR is added to the flags of the change, and does not replace them. */
  ERROR_KEEPS_FLAGS,
  /** EV_RECEIPT without room for an event is not answered, and the changes go on. */
  RECEIPT_NEEDS_NO_ROOM,
  /** The answer to a failed change is written beyond the end of a full list of events. */
  ANSWERS_BEYOND_THE_LIST,
  /** EV_ENABLE together with EV_DISABLE is EINVAL. */
  ENABLE_WITH_DISABLE_IS_INVALID,
  /** A change of filter 0 is skipped. */
  FILTER_ZERO_IS_SKIPPED,
  /** EV_DELETE of a closed descriptor is ENOENT. */
  DELETE_OF_CLOSED_IS_ENOENT,
  /** EV_ENABLE without EV_ADD does not look whether there is something to report. */
  BARE_ENABLE_DOES_NOT_LOOK,
  /** EV_ENABLE without EV_ADD keeps udata, fflags and data. */
  BARE_ENABLE_KEEPS_ALL,
  /** NOTE_LOWAT of EVFILT_READ is at most the size of the receive buffer. */
  LOW_WATER_IS_CLAMPED,
  /** A knote with EV_CLEAR and EV_DISPATCH stays enabled. */
  CLEAR_WINS_OVER_DISPATCH,
  /** The system lacks EVFILT_USER. */
  NO_USER_EVENTS,
  /** NOTE_TRIGGER counts in the change that adds the knote, and together with EV_CLEAR. */
  USER_TRIGGER_ALWAYS_COUNTS,
  /** NOTE_TRIGGER in the change that adds the knote is reported with later events. */
  USER_TRIGGER_OF_ADD_IS_REPORTED,
  /** What a timer of 0 does: {@code invalid} is EINVAL. */
  ZERO_TIMER,
  /** The milliseconds after which a timer of 0 repeats. */
  ZERO_TIMER_PERIOD,
  /** What a timer of a negative time does: it fires {@code once}, or is a {@code panic}. */
  NEGATIVE_TIMER,
  /** Timers count ticks of so many milliseconds, of which the first one has already begun. */
  TIMER_TICKS,
  /** Adding a timer that exists does not start it again. */
  TIMER_IS_NOT_REARMED,
  /** Adding a timer that exists replaces its flags. */
  TIMER_TAKES_NEW_FLAGS,
  /** A time-out of more than 2^31-1 seconds is {@code invalid}, or waits for {@code ever}. */
  HUGE_TIMEOUT,
  /** A time-out may have 1,000,000,000 nanoseconds. */
  WHOLE_SECOND_OF_NANOSECONDS,
  /** Closing a kqueue ends the waits in it with EBADF. */
  CLOSING_KQUEUE_WAKES,
  /** Closing a kqueue blocks as long as a thread waits in it. */
  CLOSING_KQUEUE_BLOCKS,
  /** EVFILT_WRITE on a pipe that has no reader is EBADF. */
  WRITE_FILTER_OF_BROKEN_PIPE,
  /** How many bytes a pipe holds. */
  PIPE_SIZE,
  /** Up to how many bytes a write to a pipe is not divided. */
  PIPE_BUF,
  /** unlink of a directory is EISDIR. */
  UNLINK_OF_DIRECTORY,
  /** sendfile that fails with ENOTCONN or EINVAL leaves any number of bytes. */
  SENDFILE_LEAVES_GARBAGE,

  /** A connect to a file that is not a socket fails with ECONNREFUSED, not with ENOTSOCK. */
  ORDINARY_FILE_REFUSES,

  /** Each address that begins with 127 is one of the machine. */
  WHOLE_LOOPBACK_NETWORK,

  /** The ports that are chosen for sockets without one, the first and the last. */
  EPHEMERAL_PORTS,

  /** SO_REUSEADDR of both shares an address until one of them listens, and a wildcard with it. */
  REUSE_UNTIL_LISTENING,

  /** Datagram sockets share a port by SO_REUSEADDR alone. */
  REUSEADDR_SHARES_DATAGRAMS,

  /** The wildcard of IPv6 binds beside the one of IPv4. */
  IPV6_WILDCARD_BESIDE_IPV4,

  /**
   * The choice of an ephemeral port does not see IPv4 connections of sockets of AF_INET6; of two
   * with the same addresses and ports one never delivers.
   */
  MAPPED_PORTS_UNSEEN,

  /** accept without a free descriptor takes the connection and closes it. */
  ACCEPT_WITHOUT_DESCRIPTOR_CLOSES,

  /** TCP does not connect to a wildcard. */
  NO_WILDCARD_DESTINATION,

  /** Sockets of AF_INET6 do not take a wildcard for this machine. */
  NO_WILDCARD_OF_IPV6_SOCKETS,

  /** SO_REUSEPORT spreads the connections over the listeners. */
  REUSEPORT_SHARES,

  /** A listener holds one connection more than its backlog, not half as many more. */
  BACKLOG_AS_GIVEN,

  /** accept gives a connection that was reset, whose reads then fail. */
  RESET_CONNECTION_ACCEPTED,

  /** connect answers before it has tried, and its errors come as events. */
  ASYNCHRONOUS_CONNECT,

  /** connect of IPv6 without a free port gives EAGAIN, not EADDRNOTAVAIL. */
  IPV6_PORTS_USED_UP_IS_EAGAIN,

  /** A SYN to a socket that is bound and does not listen is dropped. */
  BOUND_PORT_IS_SILENT,

  /** The send buffer of a connection is whole segments of so many bytes. */
  SEND_SPACE_OF_WHOLE_SEGMENTS,

  /** sendto with MSG_FASTOPEN sends nothing until the server's cookie is known. */
  FASTOPEN_NEEDS_COOKIE,

  /**
   * A socket is writable when a third of its buffer is free, and an event comes only after a write
   * that lacked room.
   */
  WRITABLE_BY_A_THIRD,

  /** After SHUT_RD what comes is still received. */
  INPUT_OUTLIVES_SHUTDOWN,

  /** A reset after the peer's end is EPIPE of SO_ERROR, and receiving still gives the end. */
  RESET_AFTER_END_IS_EPIPE,

  /** How long a part of a segment is held at most. */
  CORK_MILLIS,

  /** Clearing TCP_NOPUSH sends nothing. */
  NOPUSH_CLEARED_SENDS_NOTHING,

  /** The first send after a reset gives its errno, not EPIPE. */
  SEND_TAKES_ERROR,

  /** send without a connection is EPIPE, and EAGAIN while it connects. */
  SEND_UNCONNECTED_IS_EPIPE,

  /** read and readv of a socket with 0 bytes of room give 0, whatever is there. */
  READ_OF_NOTHING,

  /** Bytes with descriptors are received together with those before, and not with those after. */
  RIGHTS_JOIN_EARLIER_BYTES,

  /** By how many bytes a local datagram must be smaller than SO_SNDBUF. */
  LOCAL_DATAGRAM_OVERHEAD,

  /** How many datagrams wait between two local sockets that are connected to each other. */
  MUTUAL_DATAGRAMS_QUEUED,

  /** Receiving into 0 bytes gives 0, also when nothing is there. */
  NOTHING_RECEIVED_AT_ONCE,

  /** shutdown succeeds before a connect, which is EINVAL from then on. */
  SHUTDOWN_WITHOUT_CONNECTION,

  /** SHUT_RD is ENOTCONN when the input has ended. */
  SHUTDOWN_OF_ENDED_INPUT_FAILS,

  /** A close with unread bytes resets the connection. */
  UNREAD_BYTES_RESET,

  /** The send buffer of local streams. */
  LOCAL_SPACE,

  /** getpeername of a local stream gives the peer's name after it has closed. */
  LOCAL_NAME_OUTLIVES,

  /** getpeername of a local stream is EINVAL after the peer has closed. */
  LOCAL_PEER_GONE_IS_EINVAL,

  /** A connect to a local listener with a full queue is EAGAIN, not ECONNREFUSED. */
  FULL_LOCAL_BACKLOG_IS_EAGAIN,

  /** Receiving from an unconnected local stream is EINVAL, not ENOTCONN. */
  LOCAL_RECEIVE_UNCONNECTED_IS_EINVAL,

  /** shutdown of an unconnected local stream succeeds. */
  LOCAL_SHUTDOWN_ALWAYS,

  /** After SHUT_RD of a local stream its peer's sends are EPIPE. */
  LOCAL_SHUT_INPUT_ENDS_PEERS_OUTPUT,
  /** LOCAL_PEERCRED does not have the process of the peer. */
  PEER_WITHOUT_PROCESS,
  /** The number that the kernel has for this process. */
  PROCESS_NUMBER,

  /** A pending error comes before the datagrams that wait, not after. */
  ERROR_BEFORE_DATAGRAMS,

  /** The name of a sender without one has no bytes, and is not an empty sockaddr. */
  NO_NAME_OF_UNNAMED_SENDER,

  /** FIONREAD of datagrams is the size of the next one, not of all. */
  FIONREAD_OF_THE_FIRST,

  /** The data of EVFILT_READ counts the senders' names. */
  DATA_COUNTS_NAMES,

  /** SO_RCVBUF and SO_SNDBUF of UDP at first, where SO_SNDBUF does not limit it to 9,216 bytes. */
  UDP_SPACE,

  /**
   * A connect of datagrams to AF_UNSPEC succeeds, and gives up a port that was not asked for.
   * Elsewhere it ends with EAFNOSUPPORT, and the port stays.
   */
  UNSPEC_DISCONNECTS,

  /** A connect of datagrams that fails leaves the old peer. */
  FAILED_CONNECT_KEEPS_PEER,

  /** The errno of a connect to the other family than the first peer's, after the disconnect. */
  PEERS_FAMILY_STAYS,

  /** A connected datagram socket sends to other addresses, and does not fail with EISCONN. */
  CONNECTED_SENDS_ANYWHERE,

  /** A socket without a group receives for the groups of other sockets (IP_MULTICAST_ALL). */
  ALL_GROUPS,

  /** A UDP socket of AF_INET6 that is connected to IPv4 never hears of an unreachable port. */
  MAPPED_UNREACHABLE_UNHEARD,

  /** A socket of AF_INET6 reports the recipient of an IPv4 datagram as the wildcard. */
  MAPPED_RECIPIENT_UNKNOWN,

  /** IPV6_JOIN_GROUP takes a v4-mapped group. */
  MAPPED_GROUPS,

  /** MCAST_JOIN_GROUP and the like with interface 0: EADDRNOTAVAIL. */
  GROUP_NEEDS_INTERFACE,

  /** SO_SNDBUF of a local datagram socket, which limits a datagram, where it is not 2,048. */
  LOCAL_DATAGRAM_SPACE,

  /** How many datagrams the queue of a local socket takes, where it is not 64. */
  LOCAL_DATAGRAMS_QUEUED,

  /**
   * A full receiver of local datagrams blocks the sender, or fails with EAGAIN, not with ENOBUFS.
   */
  FULL_RECEIVER_BLOCKS,

  /** A send to a local datagram socket that was closed is ECONNREFUSED; no error waits for it. */
  CLOSED_RECEIVER_REFUSES,

  /**
   * A send of a local datagram socket without a peer fails with ENOTCONN, not with EDESTADDRREQ.
   */
  LOCAL_SEND_WITHOUT_PEER,
  ;
}
