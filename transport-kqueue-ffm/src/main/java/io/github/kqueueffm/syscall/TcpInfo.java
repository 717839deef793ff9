package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the kernel reports about a TCP connection, in units that are the same on every system.
 *
 * <p>A value is absent if the system's struct does not have it, or if the kernel's struct ends
 * before it, as that of an older Linux does.
 *
 * @param state the state's number on this platform
 * @param rttMicros the smoothed round-trip time
 * @param rttvarMicros its smoothed mean deviation
 * @param congestionWindow bytes
 * @param mss bytes of the largest segment that is sent
 * @param retransmits segments that were sent again, since the connection began
 * @param bytesSent bytes of data in all segments, sent again or not
 * @param bytesReceived bytes of data
 */
public record TcpInfo(
    OptionalInt state,
    OptionalLong rttMicros,
    OptionalLong rttvarMicros,
    OptionalLong congestionWindow,
    OptionalLong mss,
    OptionalLong retransmits,
    OptionalLong bytesSent,
    OptionalLong bytesReceived) {
  private static final int MICROS_OF_MILLI = 1000;

  /**
   * Reads it with the option that the system has for it.
   *
   * @throws UnsupportedOperationException if the system has none
   */
  public static TcpInfo of(KernelSocket socket) throws IOException {
    Platform platform = socket.kernel().platform();
    if (platform.has(Constant.TCP_INFO)) {
      return read(socket, platform, Constant.TCP_INFO, "tcp_info");
    }
    if (platform.has(Constant.TCP_CONNECTION_INFO)) {
      return read(socket, platform, Constant.TCP_CONNECTION_INFO, "tcp_connection_info");
    }
    throw new UnsupportedOperationException(
        Failures.refusal(
            "read the state of TCP of",
            socket,
            platform + " has neither TCP_INFO nor TCP_CONNECTION_INFO",
            "measure in a handler what is needed"));
  }

  private static TcpInfo read(
      KernelSocket socket, Platform platform, Constant option, String struct) throws IOException {
    Struct layout = platform.struct(struct);
    long memory = NativeMemory.allocate(layout.size());
    try {
      int filled =
          socket.getBytes(
              platform.get(Constant.IPPROTO_TCP),
              platform.get(option),
              memory,
              layout.size(),
              Constant.IPPROTO_TCP + "/" + option);
      return new Answer(platform, layout, memory, Math.min(filled, layout.size())).decode();
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** The struct, of which the kernel has written the first {@code filled} bytes. */
  private record Answer(Platform platform, Struct layout, long memory, int filled) {

    TcpInfo decode() {
      OptionalLong state = get("tcpi_state");
      Answer rest = isOfConnection(state) ? this : new Answer(platform, layout, memory, 0);
      return new TcpInfo(
          state.isPresent() ? OptionalInt.of((int) state.getAsLong()) : OptionalInt.empty(),
          rest.micros("tcpi_rtt", "tcpi_srtt"),
          rest.micros("tcpi_rttvar"),
          rest.congestionWindow(),
          rest.mss(),
          rest.get("tcpi_total_retrans", "tcpi_snd_rexmitpack", "tcpi_txretransmitpackets"),
          rest.get("tcpi_bytes_sent", "tcpi_txbytes"),
          rest.get("tcpi_bytes_received", "tcpi_rxbytes"));
    }

    /** Darwin fills nothing but the state before a connect and of a listener. */
    private boolean isOfConnection(OptionalLong state) {
      return platform.system() != OperatingSystem.MACOS
          || state.isPresent() && state.getAsLong() > platform.get(Constant.TCPS_LISTEN);
    }

    /** {@return the first of the fields that the struct has, unless the kernel's ends before it} */
    private OptionalLong get(String... fields) {
      for (String field : fields) {
        if (layout.has(field)) {
          int width = layout.width(field);
          int offset = layout.offset(field);
          return offset + width <= filled
              ? OptionalLong.of(Memory.getUnsigned(memory + offset, width))
              : OptionalLong.empty();
        }
      }
      return OptionalLong.empty();
    }

    private OptionalLong mss() {
      return get("tcpi_snd_mss", "tcpi_maxseg");
    }

    /** Darwin counts milliseconds, the others microseconds. */
    private OptionalLong micros(String... fields) {
      OptionalLong time = get(fields);
      boolean millis = platform.system() == OperatingSystem.MACOS;
      return time.isPresent() && millis
          ? OptionalLong.of(time.getAsLong() * MICROS_OF_MILLI)
          : time;
    }

    /** Linux and NetBSD count segments, the others bytes. */
    private OptionalLong congestionWindow() {
      OptionalLong window = get("tcpi_snd_cwnd");
      boolean segments =
          switch (platform.system()) {
            case LINUX, NETBSD -> true;
            default -> false;
          };
      return window.isPresent() && segments
          ? OptionalLong.of(window.getAsLong() * mss().orElseThrow())
          : window;
    }
  }
}
