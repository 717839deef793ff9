package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The calls that a list of names selects: names of groups and of functions, and {@code all}. */
final class TraceSelection {
  private static final String ALL = "all";

  private static final Map<String, Set<Call>> GROUPS =
      new TreeMap<>(
          Map.of(
              "waits",
              EnumSet.of(Call.KEVENT, Call.EPOLL_WAIT, Call.EPOLL_PWAIT2),
              "events",
              EnumSet.range(Call.KQUEUE, Call.TIMERFD_SETTIME),
              "connections",
              EnumSet.range(Call.SOCKET, Call.CLOSE),
              "reads",
              EnumSet.of(Call.READ, Call.READV, Call.RECV, Call.RECVMSG, Call.RECVMMSG),
              "writes",
              EnumSet.of(
                  Call.WRITE,
                  Call.WRITEV,
                  Call.SEND,
                  Call.SENDTO,
                  Call.SENDMSG,
                  Call.SENDMMSG,
                  Call.SENDFILE),
              "names",
              EnumSet.of(Call.GETSOCKNAME, Call.GETPEERNAME),
              "options",
              EnumSet.of(Call.GETSOCKOPT, Call.SETSOCKOPT, Call.FCNTL, Call.IOCTL),
              "files",
              EnumSet.range(Call.OPEN, Call.DUP3),
              "settings",
              EnumSet.of(Call.GETRLIMIT, Call.SYSCTLBYNAME)));

  private final Set<Call> calls = EnumSet.noneOf(Call.class);
  private final List<String> unknown = new ArrayList<>();

  /**
   * @param names the names, with a comma between two; spaces and the case of letters do not matter
   */
  TraceSelection(String names) {
    for (String name : names.split(",")) {
      String lower = name.strip().toLowerCase(Locale.ROOT);
      if (!lower.isEmpty() && !add(lower)) {
        unknown.add(name.strip());
      }
    }
  }

  private boolean add(String name) {
    if (name.equals(ALL)) {
      Collections.addAll(calls, Call.values());
      return true;
    }
    Set<Call> group = GROUPS.get(name);
    if (group != null) {
      calls.addAll(group);
      return true;
    }
    for (Call call : Call.values()) {
      if (call.function().equals(name)) {
        calls.add(call);
        return true;
      }
    }
    return false;
  }

  Set<Call> calls() {
    return calls;
  }

  /** {@return the names that select nothing, as the user wrote them} */
  List<String> unknown() {
    return unknown;
  }

  /** {@return every name that selects something: {@code all}, the groups, the functions} */
  static List<String> known() {
    List<String> known = new ArrayList<>();
    known.add(ALL);
    known.addAll(GROUPS.keySet());
    for (Call call : Call.values()) {
      known.add(call.function());
    }
    return known;
  }
}
