package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Predicate;

/**
 * Values of the C headers in words, by the constants of one platform.
 *
 * <p>Where several constants of a kind have a value, all of them are named with a slash between
 * them. Bits without a name are hexadecimal.
 */
final class TraceNames {
  private static final List<Constant> LEVELS =
      List.of(
          Constant.SOL_SOCKET,
          Constant.IPPROTO_IP,
          Constant.IPPROTO_IPV6,
          Constant.IPPROTO_TCP,
          Constant.SOL_LOCAL);

  private static final List<Constant> TYPES = List.of(Constant.SOCK_STREAM, Constant.SOCK_DGRAM);

  private final Platform platform;
  private final List<Constant> families = named(name -> name.startsWith("AF_"));
  private final List<Constant> typeFlags = List.of(Constant.SOCK_NONBLOCK, Constant.SOCK_CLOEXEC);
  private final List<Constant> messageFlags = named(name -> name.startsWith("MSG_"));
  private final List<Constant> shutdowns = named(name -> name.startsWith("SHUT_"));
  private final List<Constant> commands = named(name -> name.startsWith("F_"));
  private final List<Constant> fileFlags = named(name -> name.startsWith("O_"));
  private final List<Constant> filters = named(name -> name.startsWith("EVFILT_"));
  private final List<Constant> keventFlags = named(name -> name.startsWith("EV_"));
  private final List<Constant> epollMasks = named(name -> name.matches("EPOLL[A-Z]+"));
  private final List<Constant> operations = named(name -> name.startsWith("EPOLL_CTL_"));
  private final List<Constant> connectFlags = List.of(Constant.CONNECT_DATA_IDEMPOTENT);
  private final List<Constant> eventFdFlags = named(name -> name.startsWith("EFD_"));
  private final List<Constant> timerFdFlags = named(name -> name.startsWith("TFD_"));

  TraceNames(Platform platform) {
    this.platform = platform;
  }

  private static List<Constant> named(Predicate<String> name) {
    List<Constant> named = new ArrayList<>();
    for (Constant constant : Constant.values()) {
      if (name.test(constant.name())) {
        named.add(constant);
      }
    }
    return named;
  }

  private boolean is(Constant constant, int value) {
    return platform.has(constant) && platform.get(constant) == value;
  }

  private String one(List<Constant> constants, int value) {
    StringJoiner names = new StringJoiner("/");
    for (Constant constant : constants) {
      if (is(constant, value)) {
        names.add(constant.name());
      }
    }
    return names.length() == 0 ? Integer.toString(value) : names.toString();
  }

  private String flags(List<Constant> constants, int value) {
    StringJoiner names = new StringJoiner("|");
    int rest = value;
    for (Constant constant : constants) {
      int bits = platform.getOr(constant, 0);
      if (bits != 0 && (rest & bits) == bits) {
        names.add(constant.name());
        rest &= ~bits;
      }
    }
    if (rest != 0) {
      names.add("0x" + Integer.toHexString(rest));
    }
    return names.length() == 0 ? "0" : names.toString();
  }

  /** {@return the errno's name, and its text as perror(3) has it} */
  String failure(int number) {
    Errno errno = platform.errno(number);
    return errno == null ? "errno " + number : errno + " '" + errno.text() + '\'';
  }

  /** {@return the errno's name, or 0} */
  String errno(int number) {
    Errno errno = platform.errno(number);
    return errno == null ? Integer.toString(number) : errno.name();
  }

  String family(int value) {
    return one(families, value);
  }

  String type(int value) {
    int bits = platform.getOr(Constant.SOCK_NONBLOCK, 0) | platform.getOr(Constant.SOCK_CLOEXEC, 0);
    String type = one(TYPES, value & ~bits);
    return (value & bits) == 0 ? type : type + '|' + flags(typeFlags, value & bits);
  }

  /** {@return flags of accept4, which are those of a socket's type} */
  String typeFlags(int value) {
    return flags(typeFlags, value);
  }

  String messageFlags(int value) {
    return flags(messageFlags, value);
  }

  String how(int value) {
    return one(shutdowns, value);
  }

  String command(int value) {
    return one(commands, value);
  }

  boolean isCommand(Constant command, int value) {
    return is(command, value);
  }

  String descriptorFlags(int value) {
    return flags(List.of(Constant.FD_CLOEXEC), value);
  }

  String fileFlags(int value) {
    return flags(fileFlags, value);
  }

  String request(int value) {
    return is(Constant.FIONREAD, value) ? "FIONREAD" : "0x" + Integer.toHexString(value);
  }

  String level(int value) {
    return one(LEVELS, value);
  }

  /** {@return the option's name} On NetBSD the levels of IP and of local sockets are both 0. */
  String option(int level, int option) {
    List<Constant> options =
        named(name -> LEVELS.stream().anyMatch(of -> is(of, level) && isOf(of, name)));
    return one(options, option);
  }

  private static boolean isOf(Constant level, String option) {
    return switch (level) {
      case SOL_SOCKET -> option.startsWith("SO_");
      case SOL_LOCAL -> option.startsWith("LOCAL_");
      case IPPROTO_TCP -> option.startsWith("TCP_");
      case IPPROTO_IP -> option.startsWith("IP_") || option.startsWith("MCAST_");
      default -> option.startsWith("IPV6_") || option.startsWith("MCAST_");
    };
  }

  boolean isError(int level, int option) {
    return is(Constant.SOL_SOCKET, level) && is(Constant.SO_ERROR, option);
  }

  String connectFlags(int value) {
    return flags(connectFlags, value);
  }

  String filter(int value) {
    return one(filters, value);
  }

  String keventFlags(int value) {
    return flags(keventFlags, value);
  }

  /** {@return the filter's flags; of an event with EV_EOF the errno} */
  String fflags(int filter, int flags, int value) {
    if (is(Constant.EVFILT_TIMER, filter)) {
      // Numbers and no bits on NetBSD.
      return one(
          List.of(Constant.NOTE_SECONDS, Constant.NOTE_USECONDS, Constant.NOTE_NSECONDS), value);
    }
    if (is(Constant.EVFILT_USER, filter)) {
      return flags(
          List.of(
              Constant.NOTE_TRIGGER, Constant.NOTE_FFCOPY, Constant.NOTE_FFAND, Constant.NOTE_FFOR),
          value);
    }
    boolean errno = (flags & platform.get(Constant.EV_EOF)) != 0;
    return errno && !is(Constant.NOTE_LOWAT, value)
        ? errno(value)
        : flags(List.of(Constant.NOTE_LOWAT), value);
  }

  /** Whether an event is the answer to a change, so that its data is an errno or 0. */
  boolean isAnswer(int keventFlags) {
    return (keventFlags & platform.get(Constant.EV_ERROR)) != 0;
  }

  String epollMask(int value) {
    return flags(epollMasks, value);
  }

  String operation(int value) {
    return one(operations, value);
  }

  /** Whether epoll_ctl ignores its event. */
  boolean isDeletion(int operation) {
    return is(Constant.EPOLL_CTL_DEL, operation);
  }

  String epollFlags(int value) {
    return flags(List.of(Constant.EPOLL_CLOEXEC), value);
  }

  String eventFdFlags(int value) {
    return flags(eventFdFlags, value);
  }

  String timerFdFlags(int value) {
    return flags(timerFdFlags, value);
  }

  String clock(int value) {
    return one(List.of(Constant.CLOCK_MONOTONIC), value);
  }

  String resource(int value) {
    return one(List.of(Constant.RLIMIT_NOFILE), value);
  }

  /** {@return a name without what could end its line or its quotes} A peer may choose it. */
  static String printable(String name) {
    StringBuilder text = new StringBuilder(name.length());
    name.codePoints()
        .forEach(c -> {
          if (Character.isISOControl(c) || c == '"' || c == '\\') {
            text.append(String.format("\\x%02x", c));
          } else {
            text.appendCodePoint(c);
          }
        });
    return text.toString();
  }
}
