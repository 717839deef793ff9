package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;

/**
 * The arguments of every call by their names in the manual, and what the call wrote.
 *
 * <p>{@link #given} reads the memory that the call reads, so it comes before the call. {@link
 * #written} reads the memory that the call wrote.
 */
final class TraceArguments {
  private final TraceNames names;
  private final TraceMemory memory;

  TraceArguments(Platform platform, TraceNames names) {
    this.names = names;
    memory = new TraceMemory(platform, names);
  }

  /**
   * Writes the arguments.
   *
   * @param a those of the C function, and for sendfile those of {@link Kernel#sendfile}
   */
  void given(TraceLine line, Call call, KeventLayout layout, long[] a) {
    switch (call) {
      case SOCKET, SOCKETPAIR ->
          line.put("domain", names.family((int) a[0]))
              .put("type", names.type((int) a[1]))
              .put("protocol", a[2]);
      case EPOLL_CREATE1 -> line.put("flags", names.epollFlags((int) a[0]));
      case EVENTFD -> line.put("initval", a[0]).put("flags", names.eventFdFlags((int) a[1]));
      case TIMERFD_CREATE ->
          line.put("clockid", names.clock((int) a[0])).put("flags", names.timerFdFlags((int) a[1]));
      case OPEN ->
          line.put("path", TraceMemory.path(a[0])).put("flags", names.fileFlags((int) a[1]));
      case GETRLIMIT -> line.put("resource", names.resource((int) a[0]));
      case SYSCTLBYNAME -> line.put("sname", TraceMemory.path(a[0]));
      case LSTAT, UNLINK -> line.put("path", TraceMemory.path(a[0]));
      case __LXSTAT -> line.put("ver", a[0]).put("path", TraceMemory.path(a[1]));
      case KQUEUE, PIPE -> {
        // They have none, or only room for what they write.
      }
      case PIPE2 -> line.put("flags", names.fileFlags((int) a[1]));
      case SENDFILE ->
          line.put("socket", a[0]).put("file", a[1]).put("offset", a[2]).put("nbytes", a[3]);
      case KEVENT -> kevent(line.put("kq", a[0]), layout, a);
      case EPOLL_CTL, EPOLL_WAIT, EPOLL_PWAIT2 -> ofEpoll(line.put("epfd", a[0]), call, a);
      default -> ofDescriptor(line.put("fd", a[0]), call, a);
    }
  }

  /** The arguments of kevent behind the kqueue itself. */
  void kevent(TraceLine line, KeventLayout layout, long[] a) {
    line.put("changelist", memory.kevents(layout, a[1], (int) a[2])).put("nevents", a[4]);
    if (a[4] != 0) {
      // Without room for events it does not wait.
      line.put("timeout", memory.timeout(a[5]));
    }
  }

  private void ofEpoll(TraceLine line, Call call, long[] a) {
    switch (call) {
      case EPOLL_CTL -> {
        line.put("op", names.operation((int) a[1])).put("fd", a[2]);
        if (!names.isDeletion((int) a[1])) {
          line.put("event", memory.epollEvent(a[3]));
        }
      }
      case EPOLL_WAIT -> line.put("maxevents", a[2]).put("timeout", a[3] + " ms");
      default -> line.put("maxevents", a[2]).put("timeout", memory.timeout(a[3]));
    }
  }

  private void ofDescriptor(TraceLine line, Call call, long[] a) {
    switch (call) {
      case BIND, CONNECT -> line.put("address", memory.address(a[1], (int) a[2]));
      case LISTEN -> line.put("backlog", a[1]);
      case ACCEPT4 -> line.put("flags", names.typeFlags((int) a[3]));
      case CONNECTX ->
          line.put("endpoints", memory.destination(a[1]))
              .put("flags", names.connectFlags((int) a[3]))
              .put("bytes", TraceMemory.bytes(a[4], (int) a[5]));
      case SHUTDOWN -> line.put("how", names.how((int) a[1]));
      case GETSOCKOPT, SETSOCKOPT -> option(line, call, a);
      case FCNTL -> line.put("cmd", names.command((int) a[1])).put("arg", argument(a));
      case IOCTL -> line.put("request", names.request((int) a[1]));
      case DUP2 -> line.put("newd", a[1]);
      case DUP3 -> line.put("newd", a[1]).put("flags", names.fileFlags((int) a[2]));
      case TIMERFD_SETTIME -> line.put("flags", a[1]).put("it_value", memory.timer(a[2]));
      default -> ofTransfer(line, call, a);
    }
  }

  private void option(TraceLine line, Call call, long[] a) {
    int level = (int) a[1];
    int option = (int) a[2];
    line.put("level", names.level(level)).put("optname", names.option(level, option));
    if (call == Call.SETSOCKOPT) {
      line.put("optval", memory.value(level, option, a[3], (int) a[4]));
    }
  }

  private String argument(long[] a) {
    int argument = (int) a[2];
    if (names.isCommand(Constant.F_SETFL, (int) a[1])) {
      return names.fileFlags(argument);
    }
    return names.isCommand(Constant.F_SETFD, (int) a[1])
        ? names.descriptorFlags(argument)
        : Integer.toString(argument);
  }

  private void ofTransfer(TraceLine line, Call call, long[] a) {
    switch (call) {
      case READ, WRITE -> line.put("nbytes", a[2]);
      case READV, WRITEV ->
          line.put("iovcnt", a[2]).put("nbytes", TraceMemory.bytes(a[1], (int) a[2]));
      case RECV, SEND -> line.put("len", a[2]).put("flags", names.messageFlags((int) a[3]));
      case SENDTO ->
          line.put("len", a[2])
              .put("flags", names.messageFlags((int) a[3]))
              .put("to", memory.address(a[4], (int) a[5]));
      case RECVMSG ->
          line.put("msg", memory.room(a[1])).put("flags", names.messageFlags((int) a[2]));
      case SENDMSG ->
          line.put("msg", memory.sent(a[1])).put("flags", names.messageFlags((int) a[2]));
      case RECVMMSG ->
          line.put("msgvec", memory.rooms(a[1], (int) a[2]))
              .put("flags", names.messageFlags((int) a[3]))
              .put("timeout", memory.timeout(a[4]));
      case SENDMMSG ->
          line.put("msgvec", memory.allSent(a[1], (int) a[2]))
              .put("flags", names.messageFlags((int) a[3]));
      default -> {
        // The descriptor is all that it takes, besides room for what it writes.
      }
    }
  }

  /** Writes what the call wrote, behind its result. */
  void written(TraceLine line, Call call, KeventLayout layout, long[] a, long result) {
    if (call == Call.SENDFILE) {
      // Together with an errno too.
      line.put("sent", Memory.getLong(a[4]));
    } else if (result >= 0) {
      writtenBySuccess(line, call, layout, a, (int) result);
    }
  }

  private void writtenBySuccess(
      TraceLine line, Call call, KeventLayout layout, long[] a, int result) {
    switch (call) {
      case KEVENT -> {
        if (result > 0) {
          line.put("eventlist", memory.kevents(layout, a[3], result));
        }
      }
      case EPOLL_WAIT, EPOLL_PWAIT2 -> {
        if (result > 0) {
          line.put("events", memory.epollEvents(a[1], result));
        }
      }
      case SOCKETPAIR -> line.put("sv", TraceMemory.ints(a[3], 2));
      case PIPE, PIPE2 -> line.put("fildes", TraceMemory.ints(a[0], 2));
      case ACCEPT, ACCEPT4, GETSOCKNAME, GETPEERNAME -> {
        if (a[1] != 0) {
          line.put("address", memory.address(a[1], Memory.getInt(a[2])));
        }
      }
      case GETSOCKOPT ->
          line.put("optval", memory.value((int) a[1], (int) a[2], a[3], Memory.getInt(a[4])));
      case RECVMSG -> line.put("msg", memory.received(a[1]));
      case RECVMMSG -> line.put("msgvec", memory.allReceived(a[1], result));
      case SENDMMSG -> line.put("msg_len", memory.lengths(a[1], result));
      case IOCTL -> line.put("value", Memory.getInt(a[2]));
      case GETRLIMIT -> line.put("rlim_cur", Memory.getLong(a[1]));
      case SYSCTLBYNAME -> line.put("oldp", TraceMemory.number(a[1], Memory.getLong(a[2])));
      case FCNTL -> answer(line, (int) a[1], result);
      default -> {
        // It writes nothing but bytes of the traffic, which are not shown.
      }
    }
  }

  private void answer(TraceLine line, int command, int result) {
    if (names.isCommand(Constant.F_GETFL, command)) {
      line.put("flags", names.fileFlags(result));
    } else if (names.isCommand(Constant.F_GETFD, command)) {
      line.put("flags", names.descriptorFlags(result));
    }
  }
}
