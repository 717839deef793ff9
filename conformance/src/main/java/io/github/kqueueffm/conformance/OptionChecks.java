package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.IpStack;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An option that was set has to be read back with its value. */
final class OptionChecks {
  private static final String GROUP = "ABI: options";

  private OptionChecks() {}

  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    flag(checks, Constant.SOL_SOCKET, Constant.SO_REUSEADDR);
    flag(checks, Constant.SOL_SOCKET, Constant.SO_REUSEPORT);
    flag(checks, Constant.SOL_SOCKET, Constant.SO_KEEPALIVE);
    flag(checks, Constant.IPPROTO_TCP, Constant.TCP_NODELAY);
    number(checks, Constant.IPPROTO_TCP, Constant.TCP_KEEPIDLE, 77);
    number(checks, Constant.IPPROTO_TCP, Constant.TCP_KEEPALIVE, 77);
    number(checks, Constant.IPPROTO_TCP, Constant.TCP_KEEPINTVL, 11);
    number(checks, Constant.IPPROTO_TCP, Constant.TCP_KEEPCNT, 5);
    number(checks, Constant.IPPROTO_IP, Constant.IP_TOS, 0x10);
    number(checks, Constant.IPPROTO_IP, Constant.IP_TTL, 42);
    checks.add(new Check(GROUP, "SO_LINGER is in seconds", OptionChecks::linger));
    checks.add(new Check(GROUP, "SO_LINGER does not wrap round", OptionChecks::longLinger));
    checks.add(new Check(GROUP, "SO_SNDBUF and SO_RCVBUF hold", OptionChecks::buffers));
    checks.add(
        new Check(GROUP, "TCP_NOPUSH or TCP_CORK, cleared, sends the rest", OptionChecks::noPush));
    checks.add(
        new Check(
            GROUP, "buffers of a half-closed connection are settable", OptionChecks::halfClosed));
    checks.add(new Check(GROUP, "SO_BROADCAST holds on UDP", OptionChecks::broadcast));
    checks.add(new Check(GROUP, "IP_MULTICAST_TTL holds, as a byte", OptionChecks::multicastTtl));
    checks.add(new Check(GROUP, "IPV6_V6ONLY is as the stack says", OptionChecks::v6Only));
    checks.add(new Check(GROUP, "SO_TYPE and SO_ACCEPTCONN tell the kind", OptionChecks::kind));
    checks.add(new Check(GROUP, "an unknown option is refused", OptionChecks::unknown));
    return checks;
  }

  private static void flag(List<Check> checks, Constant level, Constant option) {
    checks.add(new Check(GROUP, option + " goes on and off", bench -> flag(bench, level, option)));
  }

  private static String flag(Bench bench, Constant level, Constant option) throws IOException {
    requireKnown(bench, option);
    KernelSocket socket = tcp(bench);
    for (int wanted : new int[] {1, 0}) {
      socket.setInt(level, option, wanted);
      int got = socket.getInt(level, option);
      Deviation.unless((got != 0) == (wanted != 0), "set " + wanted + ", got " + got);
    }
    return "both";
  }

  private static void number(List<Check> checks, Constant level, Constant option, int value) {
    checks.add(
        new Check(
            GROUP, option + " holds", bench -> number(bench, tcp(bench), level, option, value)));
  }

  private static String number(
      Bench bench, KernelSocket socket, Constant level, Constant option, int value)
      throws IOException {
    requireKnown(bench, option);
    socket.setInt(level, option, value);
    int got = socket.getInt(level, option);
    Deviation.unless(got == value, "set " + value + ", got " + got);
    return Integer.toString(got);
  }

  private static void requireKnown(Bench bench, Constant option) {
    if (!bench.platform().has(option)) {
      throw new NotOffered(bench.platform() + " has no " + option);
    }
  }

  private static KernelSocket tcp(Bench bench) throws IOException {
    return bench.socket(Constant.AF_INET, Constant.SOCK_STREAM);
  }

  private static KernelSocket udp(Bench bench) throws IOException {
    return bench.socket(Constant.AF_INET, Constant.SOCK_DGRAM);
  }

  private static String linger(Bench bench) throws IOException {
    KernelSocket socket = tcp(bench);
    StringBuilder seen = new StringBuilder();
    for (int seconds : new int[] {7, 0, -1}) {
      socket.soLinger(seconds);
      int got = socket.soLinger();
      seen.append(got).append(' ');
      Deviation.unless(got == seconds, "set " + seconds + " s, got " + got);
    }
    return seen.toString().trim();
  }

  /** Values that become 0 or negative in a short, or in a short of ticks of 10 ms. */
  private static String longLinger(Bench bench) throws IOException {
    KernelSocket socket = tcp(bench);
    StringBuilder seen = new StringBuilder();
    for (int seconds : new int[] {400, 16_384, 32_768, 65_536}) {
      socket.soLinger(seconds);
      int got = socket.soLinger();
      seen.append(got).append(' ');
      Deviation.unless(got >= 327 && got <= seconds, "set " + seconds + " s, got " + got);
    }
    return seen.append("of 400 16384 32768 65536").toString();
  }

  private static String buffers(Bench bench) throws IOException {
    KernelSocket socket = tcp(bench);
    StringBuilder seen = new StringBuilder();
    for (Constant option : List.of(Constant.SO_SNDBUF, Constant.SO_RCVBUF)) {
      socket.setInt(Constant.SOL_SOCKET, option, 50_000);
      int got = socket.getInt(Constant.SOL_SOCKET, option);
      seen.append(got).append(' ');
      // Linux answers twice the value, which includes its overhead.
      Deviation.unless(got >= 50_000 && got <= 100_000, option + " of 50000 became " + got);
    }
    return seen.append("of 50000").toString();
  }

  private static String noPush(Bench bench) throws IOException {
    Constant option =
        bench.platform().has(Constant.TCP_NOPUSH) ? Constant.TCP_NOPUSH : Constant.TCP_CORK;
    requireKnown(bench, option);
    TcpPair pair = bench.tcp();
    pair.near().setInt(Constant.IPPROTO_TCP, option, 1);
    long memory = bench.memory(5);
    long sent = bench.kernel().send(pair.near().fd(), memory, 5, 0);
    Deviation.unless(sent == 5, "send: " + bench.result(sent));
    long start = System.nanoTime();
    pair.near().setInt(Constant.IPPROTO_TCP, option, 0);
    TcpPair.await(bench, pair.far().fd(), Constant.EVFILT_READ);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    // The persist timer would send the data after 5 s.
    Deviation.unless(millis < 3000, "what " + option + " held came after " + millis + " ms");
    return option + ", after " + millis + " ms";
  }

  private static String halfClosed(Bench bench) throws IOException {
    KernelSocket near = bench.tcp().near();
    near.shutdown(false, true);
    boolean set = near.setInt(Constant.SOL_SOCKET, Constant.SO_SNDBUF, 50_000);
    near.setInt(Constant.SOL_SOCKET, Constant.SO_RCVBUF, 50_000);
    return set ? "set" : "refused, and passed over";
  }

  private static String broadcast(Bench bench) throws IOException {
    return number(bench, udp(bench), Constant.SOL_SOCKET, Constant.SO_BROADCAST, 0)
        + (udpFlagSet(bench) ? " and on" : "");
  }

  private static boolean udpFlagSet(Bench bench) throws IOException {
    KernelSocket socket = udp(bench);
    socket.setInt(Constant.SOL_SOCKET, Constant.SO_BROADCAST, 1);
    int got = socket.getInt(Constant.SOL_SOCKET, Constant.SO_BROADCAST);
    Deviation.unless(got != 0, "set 1, got 0");
    return true;
  }

  private static String multicastTtl(Bench bench) throws IOException {
    KernelSocket socket = udp(bench);
    int level = bench.number(Constant.IPPROTO_IP);
    int option = bench.number(Constant.IP_MULTICAST_TTL);
    long memory = bench.memory(Integer.BYTES);
    Memory.putByte(memory, 3);
    socket.setBytes(level, option, memory, 1);
    int got = socket.getInt(Constant.IPPROTO_IP, Constant.IP_MULTICAST_TTL);
    Deviation.unless(got == 3, "set 3, got " + got);
    return "3";
  }

  private static String v6Only(Bench bench) throws IOException {
    IpStack stack = IpStack.of(bench.kernel());
    if (stack == IpStack.IPV4_ONLY) {
      throw new NotOffered("no IPv6 here, or java.net.preferIPv4Stack is set");
    }
    KernelSocket socket = bench.socket(Constant.AF_INET6, Constant.SOCK_STREAM);
    int got = socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_V6ONLY);
    boolean expected = stack == IpStack.SEPARATE;
    Deviation.unless(
        (got != 0) == expected && socket.isV6Only() == expected, stack + ", but V6ONLY " + got);
    return stack + ", V6ONLY " + got;
  }

  private static String kind(Bench bench) throws IOException {
    int stream = bench.listener().getInt(Constant.SOL_SOCKET, Constant.SO_TYPE);
    int datagram = udp(bench).getInt(Constant.SOL_SOCKET, Constant.SO_TYPE);
    Deviation.unless(
        stream == bench.number(Constant.SOCK_STREAM)
            && datagram == bench.number(Constant.SOCK_DGRAM),
        "SO_TYPE of TCP is " + stream + ", of UDP " + datagram);
    return "stream, datagram, " + listening(bench);
  }

  /**
   * DragonFly, and OpenBSD up to 7.3, cannot read SO_ACCEPTCONN. There the transport listens again
   * on a bound descriptor.
   */
  private static String listening(Bench bench) throws IOException {
    int listens;
    try {
      listens = bench.listener().getInt(Constant.SOL_SOCKET, Constant.SO_ACCEPTCONN);
    } catch (UnsupportedOperationException e) {
      return "and whether it listens is not told";
    }
    int lone = tcp(bench).getInt(Constant.SOL_SOCKET, Constant.SO_ACCEPTCONN);
    Deviation.unless(listens != 0 && lone == 0, "SO_ACCEPTCONN " + listens + " and " + lone);
    return "listening";
  }

  private static String unknown(Bench bench) throws IOException {
    long memory = bench.memory(Integer.BYTES);
    int level = bench.number(Constant.SOL_SOCKET);
    int result = bench.kernel().setsockopt(tcp(bench).fd(), level, 0x7abc, memory, Integer.BYTES);
    Deviation.unless(
        StructChecks.is(bench, Errno.ENOPROTOOPT, result)
            || StructChecks.is(bench, Errno.EINVAL, result),
        "setsockopt of option 0x7abc: " + bench.result(result));
    return bench.result(result);
  }
}
