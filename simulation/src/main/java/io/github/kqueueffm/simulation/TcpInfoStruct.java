package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.util.Map;

/** The option that says what TCP knows about a connection, in the layout of the system. */
final class TcpInfoStruct {
  /** What every connection has measured; packets take the time that the choices say. */
  static final int ROUND_TRIP_MICROS = 3_000;

  static final int DEVIATION_MICROS = 2_000;

  /** The congestion window of every connection. */
  static final int WINDOW_SEGMENTS = 10;

  /** The names of Linux for the states that it names in its own way. */
  private static final Map<String, String> LINUX =
      Map.of(
          "CLOSED", "CLOSE",
          "SYN_RECEIVED", "SYN_RECV",
          "FIN_WAIT_1", "FIN_WAIT1",
          "FIN_WAIT_2", "FIN_WAIT2");

  private final TcpSocket socket;
  private final Struct struct;
  private final long memory;

  private TcpInfoStruct(TcpSocket socket, Struct struct, long memory) {
    this.socket = socket;
    this.struct = struct;
    this.memory = memory;
  }

  /** {@return the bytes that were written} */
  static int get(TcpSocket socket, long value, int room) {
    Platform platform = socket.world.platform;
    Struct struct =
        platform.struct(platform.hasStruct("tcp_info") ? "tcp_info" : "tcp_connection_info");
    long memory = NativeMemory.allocate(struct.size());
    try {
      new TcpInfoStruct(socket, struct, memory).fill(platform);
      int size = socket.world.quirks.number(Quirk.TCP_INFO_SIZE, struct.size());
      int length = Math.min(room, size);
      Memory.copy(memory, value, length);
      return length;
    } finally {
      NativeMemory.free(memory);
    }
  }

  private void fill(Platform platform) {
    String state = socket.stateName();
    Constant name =
        platform.isLinux()
            ? Constant.valueOf("BPF_TCP_" + LINUX.getOrDefault(state, state))
            : Constant.valueOf("TCPS_" + state);
    put(platform.get(name), "tcpi_state");
    boolean idle = state.equals("CLOSED") || state.equals("LISTEN");
    if (!idle || !socket.world.has(Quirk.TCP_INFO_OF_CONNECTIONS)) {
      fillConnection(idle);
    }
  }

  private void fillConnection(boolean idle) {
    int mss = idle ? socket.number(SocketOption.TCP_MAXSEG) : TcpSocket.SEGMENT;
    boolean segments = socket.world.has(Quirk.CONGESTION_WINDOW_IN_SEGMENTS);
    int unit = socket.world.has(Quirk.TCP_TIMES_IN_MILLISECONDS) ? 1_000 : 1;
    put(mss, "tcpi_snd_mss", "tcpi_maxseg");
    put(segments ? WINDOW_SEGMENTS : WINDOW_SEGMENTS * mss, "tcpi_snd_cwnd");
    put(idle ? 0 : ROUND_TRIP_MICROS / unit, "tcpi_rtt", "tcpi_srtt");
    put(idle ? 0 : DEVIATION_MICROS / unit, "tcpi_rttvar");
    put(socket.bytesSent(), "tcpi_bytes_sent", "tcpi_txbytes");
    put(socket.bytesReceived(), "tcpi_bytes_received", "tcpi_rxbytes");
  }

  /** Writes a value to the field that the system has for it, if it has one. */
  private void put(long value, String... fields) {
    for (String field : fields) {
      if (struct.has(field)) {
        Memory.put(memory + struct.offset(field), struct.width(field), value);
      }
    }
  }
}
