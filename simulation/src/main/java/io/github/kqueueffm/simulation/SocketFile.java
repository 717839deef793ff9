package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.simulation.SocketOption.Kind;
import io.github.kqueueffm.simulation.SocketOption.Level;
import io.github.kqueueffm.syscall.Memory;
import java.nio.charset.StandardCharsets;

/** A socket: its family and type, its error that waits (so_error), and its options. */
abstract class SocketFile extends OpenFile {
  /** The families of sockets. */
  enum Family {
    LOCAL,
    IPV4,
    IPV6
  }

  /** The most bytes of a buffer (sb_max of the BSDs). */
  static final int MOST_SPACE = 2 * 1024 * 1024;

  /** The least that SO_RCVBUF of Linux becomes; SO_SNDBUF becomes twice as much. */
  private static final int LEAST_LINUX = 2304;

  /** The most of both before they are doubled (net.core.rmem_max and wmem_max). */
  private static final int MOST_LINUX = 4 * 1024 * 1024;

  /** Ticks in a second, which SO_LINGER of macOS counts. */
  private static final int TICKS = 100;

  final Family family;

  /** Whether it is a stream and not for datagrams. */
  final boolean stream;

  /** The errno that the next call gives, as the platform's number, or 0 (so_error). */
  int pendingError;

  private int receiveSpace;
  private int sendSpace;

  /** What l_linger holds, in ticks on macOS and seconds elsewhere; -1 without SO_LINGER. */
  private int linger = -1;

  /** The switches that are not as they were at first, a bit for each slot. */
  private long switched;

  /** The numbers that were set, by slot, made when the first one is. */
  private int[] numbers;

  private int numbersSet;
  private byte[] acceptFilter;

  SocketFile(World world, Family family, boolean stream, int receiveSpace, int sendSpace) {
    super(world);
    this.family = family;
    this.stream = stream;
    this.receiveSpace = receiveSpace;
    this.sendSpace = sendSpace;
    if (family == Family.IPV6 && world.has(Quirk.IPV6_ONLY_STACK)) {
      put(SocketOption.IPV6_V6ONLY, true);
    }
  }

  /** A connection has the options of its listener, but not SO_ACCEPTFILTER. */
  final void inherit(SocketFile listener) {
    receiveSpace = listener.receiveSpace;
    sendSpace = listener.sendSpace;
    linger = listener.linger;
    switched = listener.switched;
    numbers = listener.numbers == null ? null : listener.numbers.clone();
    numbersSet = listener.numbersSet;
  }

  final boolean isInet6() {
    return family == Family.IPV6;
  }

  /** Whether it is of AF_INET6 and carries no IPv4. */
  final boolean isV6Only() {
    return isOn(SocketOption.IPV6_V6ONLY);
  }

  /** {@return SO_RCVBUF} */
  final int receiveSpace() {
    return receiveSpace;
  }

  /** {@return SO_SNDBUF} */
  final int sendSpace() {
    return sendSpace;
  }

  /** Sets SO_SNDBUF, as the kernel does by itself. */
  final void sendSpace(int bytes) {
    sendSpace = bytes;
  }

  /** {@return whether SO_LINGER is on with a time of 0, so that close resets} */
  final boolean resetsOnClose() {
    return linger == 0;
  }

  /** {@return how long close lingers in nanoseconds, or -1} */
  final long lingerNanos() {
    long unit = world.has(Quirk.LINGER_TICKS) ? 1_000_000_000L / TICKS : 1_000_000_000L;
    return linger < 0 ? -1 : linger * unit;
  }

  /** {@return the negative errno that waits, which no later call gives again, or 0} */
  final int takeError() {
    int error = -pendingError;
    pendingError = 0;
    return error;
  }

  /** An error that waits for the next call. */
  final void fail(Errno errno) {
    pendingError = -world.error(errno);
  }

  // What options depend on, for the kinds of sockets to answer.

  /** Whether it listens (SO_ACCEPTCONN). */
  boolean isListening() {
    return false;
  }

  /** Whether it has a local address, after which IPV6_V6ONLY is fixed. */
  abstract boolean isBound();

  /** Whether it was connected and has been reset, or was closed for good by both ends. */
  boolean isDead() {
    return false;
  }

  /** Whether the input has ended: shut here, or ended by the peer. */
  boolean isInputShut() {
    return false;
  }

  /** Whether the output has ended. */
  boolean isOutputShut() {
    return false;
  }

  /**
   * {@return who is at the other end of a local socket, or {@code null} if it was never connected}
   */
  Credentials peerCredentials() {
    return null;
  }

  /** Whether the other end of a local socket is open. */
  boolean hasPeer() {
    return peerCredentials() != null;
  }

  /** An option has a new value. */
  void optionChanged(SocketOption option) {}

  /** {@return 0 or more, the bytes of an option that this kind of socket alone has} */
  int getSpecial(SocketOption option, long value, int room) {
    return error(Errno.ENOPROTOOPT);
  }

  /** Sets an option that this kind of socket alone has. */
  int setSpecial(SocketOption option, Level level, long value, int length) {
    return error(Errno.ENOPROTOOPT);
  }

  // Values.

  /** Whether a switch is on. */
  final boolean isOn(SocketOption option) {
    return ((switched >> option.slot & 1) != 0) != (option.first != 0);
  }

  private void put(SocketOption option, boolean on) {
    long bit = 1L << option.slot;
    switched = on == (option.first != 0) ? switched & ~bit : switched | bit;
  }

  /** {@return an option's number} */
  int number(SocketOption option) {
    boolean set = (numbersSet >> option.slot & 1) != 0;
    return set ? numbers[option.slot] : option.first;
  }

  private void put(SocketOption option, int number) {
    if (numbers == null) {
      numbers = new int[SocketOption.numbers()];
    }
    numbers[option.slot] = number;
    numbersSet |= 1 << option.slot;
  }

  @Override
  final int getOption(int levelNumber, int number, long value, int room) {
    Level level = world.options.level(levelNumber, family == Family.LOCAL);
    int refused = refusal(level, family != Family.IPV6);
    if (refused < 0) {
      return refused;
    }
    SocketOption option = world.options.find(level, number);
    if (option == null || isNotRead(option)) {
      return error(Errno.ENOPROTOOPT);
    }
    if (room < 0) {
      return error(Errno.EINVAL);
    }
    return switch (option.kind) {
      case SWITCH -> answer(value, room, isOn(option) ? on(level, option) : 0);
      case NUMBER -> answer(value, room, number(option));
      case BYTE ->
          room < Integer.BYTES || world.has(Quirk.MULTICAST_OPTIONS_AS_BYTE)
              ? answerByte(value, room, number(option))
              : answer(value, room, number(option));
      case SPECIAL -> getByCode(option, value, room);
    };
  }

  private int on(Level level, SocketOption option) {
    return level == Level.SOCKET && world.has(Quirk.SWITCHES_AS_BITS)
        ? world.platform.get(option.constant)
        : 1;
  }

  private boolean isNotRead(SocketOption option) {
    return switch (option) {
      case TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT -> world.has(Quirk.KEEPALIVE_NOT_READ);
      case SO_ACCEPTCONN -> world.has(Quirk.ACCEPTCONN_NOT_READ);
      default -> false;
    };
  }

  /** {@return 0 if options of that level may be read and set, or the negative errno} */
  private int refusal(Level level, boolean asRead) {
    boolean fits =
        switch (level) {
          case null -> false;
          case SOCKET -> true;
          case LOCAL -> family == Family.LOCAL;
          case TCP -> stream;
          case UDP -> !stream;
          case IP -> family == Family.IPV4 || world.has(Quirk.IPV4_OPTIONS_OF_IPV6_SOCKETS);
          case IPV6 -> family == Family.IPV6;
          case ANY_IP -> throw new IllegalStateException("no number means this level");
        };
    if (!fits) {
      Quirk ofOthers =
          asRead ? Quirk.OPTION_READ_OF_OTHER_PROTOCOL : Quirk.OPTION_OF_OTHER_PROTOCOL;
      return error(Errno.valueOf(world.quirks.value(ofOthers, "EINVAL")));
    }
    return level == Level.TCP && isDead() && !world.has(Quirk.TCP_OPTIONS_OUTLIVE_RESET)
        ? error(Errno.ECONNRESET)
        : 0;
  }

  final int answer(long value, int room, int number) {
    if (room < Integer.BYTES) {
      return answerByte(value, room, number);
    }
    Memory.putInt(value, number);
    return Integer.BYTES;
  }

  private static int answerByte(long value, int room, int number) {
    if (room > 0) {
      Memory.putByte(value, number);
    }
    return Math.min(room, 1);
  }

  private int getByCode(SocketOption option, long value, int room) {
    return switch (option) {
      case SO_ERROR -> answer(value, room, -takeError());
      case SO_TYPE -> answer(value, room, world.platform.get(type()));
      case SO_ACCEPTCONN -> answer(value, room, isListening() ? on(Level.SOCKET, option) : 0);
      case SO_SNDBUF -> answer(value, room, sendSpace);
      case SO_RCVBUF -> answer(value, room, receiveSpace);
      case SO_LINGER -> getLinger(value, room, linger);
      case SO_LINGER_SEC -> getLinger(value, room, linger < 0 ? -1 : linger / TICKS);
      case SO_ACCEPTFILTER -> getAcceptFilter(value, room);
      case SO_PEERCRED, LOCAL_PEERCRED, LOCAL_PEEREID, LOCAL_PEERPID ->
          PeerOptions.get(this, option, value, room);
      case IPV6_V6ONLY -> answer(value, room, isV6Only() ? 1 : 0);
      default -> getSpecial(option, value, room);
    };
  }

  private Constant type() {
    return stream ? Constant.SOCK_STREAM : Constant.SOCK_DGRAM;
  }

  private int getLinger(long value, int room, int held) {
    Struct struct = world.platform.struct("linger");
    if (room < struct.size()) {
      return error(Errno.EINVAL);
    }
    Memory.putInt(
        value + struct.offset("l_onoff"), held < 0 ? 0 : on(Level.SOCKET, SocketOption.SO_LINGER));
    Memory.putInt(value + struct.offset("l_linger"), Math.max(0, held));
    return struct.size();
  }

  private int getAcceptFilter(long value, int room) {
    if (acceptFilter == null) {
      return error(Errno.EINVAL);
    }
    int length = Math.min(room, acceptFilter.length);
    Memory.copy(acceptFilter, 0, value, length);
    return length;
  }

  @Override
  final int setOption(int levelNumber, int number, long value, int length) {
    if (world.has(Quirk.NO_OPTIONS_AFTER_BOTH_ENDS)
        && (isDead() || isInputShut() && isOutputShut())) {
      return error(Errno.EINVAL);
    }
    Level level = world.options.level(levelNumber, family == Family.LOCAL);
    int refused = refusal(level, family == Family.LOCAL);
    if (refused < 0) {
      return refused;
    }
    SocketOption option = world.options.find(level, number);
    if (option == null) {
      return error(Errno.ENOPROTOOPT);
    }
    int result =
        option.kind == Kind.SPECIAL
            ? setByCode(option, level, value, length)
            : setNumber(option, value, length);
    if (result == 0) {
      optionChanged(option);
    }
    return result;
  }

  private int setNumber(SocketOption option, long value, int length) {
    boolean asByte = option.kind == Kind.BYTE && length == 1;
    boolean fits =
        asByte
            || length >= Integer.BYTES
                && !(option.kind == Kind.BYTE && world.has(Quirk.MULTICAST_OPTIONS_AS_BYTE));
    if (!fits) {
      return error(Errno.EINVAL);
    }
    int number = asByte ? Memory.getByte(value) & 0xff : Memory.getInt(value);
    if (option.kind == Kind.SWITCH) {
      put(option, number != 0);
      return 0;
    }
    if (number < option.least || number > option.most) {
      return error(Errno.EINVAL);
    }
    // -1 asks for the system's own value where it is taken.
    put(option, option.least == -1 && number == -1 ? option.first : number);
    return 0;
  }

  private int setByCode(SocketOption option, Level level, long value, int length) {
    return switch (option) {
      case SO_SNDBUF, SO_RCVBUF -> setSpace(option, value, length);
      case SO_LINGER, SO_LINGER_SEC -> setLinger(option, value, length);
      case SO_ACCEPTFILTER -> setAcceptFilter(value, length);
      case IPV6_V6ONLY -> setV6Only(value, length);
      // They can only be read.
      case SO_ERROR, SO_TYPE, SO_ACCEPTCONN, SO_PEERCRED -> error(Errno.ENOPROTOOPT);
      default -> setSpecial(option, level, value, length);
    };
  }

  private int setSpace(SocketOption option, long value, int length) {
    boolean send = option == SocketOption.SO_SNDBUF;
    if (length < Integer.BYTES) {
      return error(Errno.EINVAL);
    }
    if (world.has(Quirk.BUFFER_OF_SHUT_DIRECTION) && (send ? isOutputShut() : isInputShut())) {
      return error(Errno.EINVAL);
    }
    int space = Memory.getInt(value);
    if (world.has(Quirk.BUFFERS_DOUBLED)) {
      // A negative number counts as a very large one.
      int most = space < 0 ? MOST_LINUX : Math.min(space, MOST_LINUX);
      space = Math.max(2 * most, send ? 2 * LEAST_LINUX : LEAST_LINUX);
    } else if (space < 1) {
      return error(Errno.EINVAL);
    } else if (space > MOST_SPACE) {
      return error(Errno.ENOBUFS);
    }
    if (send) {
      sendSpace = space;
    } else {
      receiveSpace = space;
    }
    return 0;
  }

  private int setLinger(SocketOption option, long value, int length) {
    Struct struct = world.platform.struct("linger");
    if (length < struct.size()) {
      return error(Errno.EINVAL);
    }
    int seconds = Memory.getInt(value + struct.offset("l_linger"));
    if (world.has(Quirk.LINGER_REFUSED_ABOVE_SHORT) && (seconds < 0 || seconds > Short.MAX_VALUE)) {
      return error(Errno.EINVAL);
    }
    if (Memory.getInt(value + struct.offset("l_onoff")) == 0) {
      linger = -1;
    } else if (world.has(Quirk.LINGER_IN_AN_INT)) {
      linger = Math.max(0, seconds);
    } else {
      // It is kept in a short, where a large number wraps.
      linger = (short) (option == SocketOption.SO_LINGER_SEC ? seconds * TICKS : seconds) & 0x7fff;
    }
    return 0;
  }

  private int setAcceptFilter(long value, int length) {
    if (length == 0) {
      acceptFilter = null;
      return 0;
    }
    Struct struct = world.platform.struct("accept_filter_arg");
    if (!isListening() || length < struct.size()) {
      return error(Errno.EINVAL);
    }
    byte[] filter = new byte[struct.size()];
    Memory.copy(value, filter, 0, filter.length);
    int end = 0;
    while (end < struct.width("af_name") && filter[end] != 0) {
      end++;
    }
    String name = new String(filter, 0, end, StandardCharsets.US_ASCII);
    if (!name.equals("dataready") && !name.equals("httpready")) {
      return error(Errno.ENOENT);
    }
    acceptFilter = filter;
    return 0;
  }

  private int setV6Only(long value, int length) {
    if (length < Integer.BYTES) {
      return error(Errno.EINVAL);
    }
    boolean on = Memory.getInt(value) != 0;
    if (!on && world.has(Quirk.IPV6_ONLY_STACK)) {
      return error(Errno.valueOf(world.quirks.value(Quirk.IPV6_ONLY_STACK, "EINVAL")));
    }
    if (isBound()) {
      return error(Errno.EINVAL);
    }
    put(SocketOption.IPV6_V6ONLY, on);
    return 0;
  }
}
