package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.TcpInfo;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the kernel reported about a TCP connection when {@link KQueueFfmSocketChannel#tcpInfo()}
 * asked it. Immutable; it does not follow the connection.
 *
 * <p>It has what the systems share, in the same units everywhere. A value is empty where the system
 * does not report it:
 *
 * <table>
 *   <caption>What the systems report</caption>
 *   <tr><th>value</th><th>Linux</th><th>macOS</th><th>FreeBSD</th><th>OpenBSD</th><th>NetBSD</th>
 *   <tr><td>{@link #state()}</td><td>yes</td><td>yes</td><td>yes</td><td>yes</td><td>yes</td>
 *   <tr><td>{@link #rttMicros()}, {@link #rttvarMicros()}</td>
 *     <td>yes</td><td>in ms</td><td>yes</td><td>yes</td><td>no</td>
 *   <tr><td>{@link #congestionWindow()}, {@link #mss()}</td>
 *     <td>yes</td><td>yes</td><td>yes</td><td>yes</td><td>yes</td>
 *   <tr><td>{@link #retransmits()}</td>
 *     <td>yes</td><td>yes</td><td>yes</td><td>no</td><td>yes</td>
 *   <tr><td>{@link #bytesSent()}</td>
 *     <td>from 4.19</td><td>yes</td><td>no</td><td>no</td><td>no</td>
 *   <tr><td>{@link #bytesReceived()}</td>
 *     <td>from 4.1</td><td>yes</td><td>no</td><td>no</td><td>no</td>
 * </table>
 *
 * <p>The sources are {@code tcp_get_info} in {@code net/ipv4/tcp.c} of Linux, {@code
 * tcp_connection_fill_info} in {@code bsd/netinet/tcp_usrreq.c} of xnu (option {@code
 * TCP_CONNECTION_INFO}), and {@code tcp_fill_info} in {@code sys/netinet/tcp_usrreq.c} of the BSDs
 * (all others {@code TCP_INFO}). DragonFly has no such option. Before a connect macOS reports the
 * state alone. OpenBSD reports retransmits to privileged processes only. FreeBSD, OpenBSD and
 * NetBSD count no bytes of a connection. NetBSD's times are in no unit that a program can know.
 */
public final class KQueueFfmTcpInfo {
  private final State state;
  private final TcpInfo info;

  KQueueFfmTcpInfo(Platform platform, TcpInfo info) {
    this.state = info.state().isPresent() ? State.of(platform, info.state().getAsInt()) : null;
    this.info = info;
  }

  /** The states of RFC 9293. */
  public enum State {
    /** Not connected yet, or not any more. */
    CLOSED(Constant.TCPS_CLOSED, Constant.BPF_TCP_CLOSE),
    /** Waits for connections. */
    LISTEN(Constant.TCPS_LISTEN, Constant.BPF_TCP_LISTEN),
    /** A connect is under way. */
    SYN_SENT(Constant.TCPS_SYN_SENT, Constant.BPF_TCP_SYN_SENT),
    /** A peer's connect is under way. */
    SYN_RECEIVED(Constant.TCPS_SYN_RECEIVED, Constant.BPF_TCP_SYN_RECV),
    /** Connected, open in both directions. */
    ESTABLISHED(Constant.TCPS_ESTABLISHED, Constant.BPF_TCP_ESTABLISHED),
    /** The peer has ended its output, this end has not. */
    CLOSE_WAIT(Constant.TCPS_CLOSE_WAIT, Constant.BPF_TCP_CLOSE_WAIT),
    /** This end has ended its output, which the peer has not acknowledged. */
    FIN_WAIT_1(Constant.TCPS_FIN_WAIT_1, Constant.BPF_TCP_FIN_WAIT1),
    /** Both ends have ended their output, and the peer has not acknowledged it. */
    CLOSING(Constant.TCPS_CLOSING, Constant.BPF_TCP_CLOSING),
    /** After the peer this end has ended its output, which the peer has not acknowledged. */
    LAST_ACK(Constant.TCPS_LAST_ACK, Constant.BPF_TCP_LAST_ACK),
    /** This end has ended its output, which the peer has acknowledged. */
    FIN_WAIT_2(Constant.TCPS_FIN_WAIT_2, Constant.BPF_TCP_FIN_WAIT2),
    /** Both ends have ended; late segments are still awaited. */
    TIME_WAIT(Constant.TCPS_TIME_WAIT, Constant.BPF_TCP_TIME_WAIT);

    private final Constant bsd;
    private final Constant linux;

    State(Constant bsd, Constant linux) {
      this.bsd = bsd;
      this.linux = linux;
    }

    private static State of(Platform platform, int number) {
      for (State state : values()) {
        if (platform.get(platform.isLinux() ? state.linux : state.bsd) == number) {
          return state;
        }
      }
      return null;
    }
  }

  /** The state of the connection; empty for a number that {@link State} does not have. */
  public Optional<State> state() {
    return Optional.ofNullable(state);
  }

  /**
   * The smoothed round-trip time in microseconds. It is 0 before the first measurement, and on
   * macOS below 1 ms. macOS and OpenBSD measure in milliseconds, FreeBSD in ticks of its clock.
   */
  public OptionalLong rttMicros() {
    return info.rttMicros();
  }

  /**
   * The smoothed mean deviation of the round-trip time in microseconds. Before the first
   * measurement, while {@link #rttMicros} is 0, it is the system's initial guess.
   */
  public OptionalLong rttvarMicros() {
    return info.rttvarMicros();
  }

  /**
   * The congestion window in bytes. Linux and NetBSD count it in segments, which are taken as
   * segments of {@link #mss()} bytes.
   */
  public OptionalLong congestionWindow() {
    return info.congestionWindow();
  }

  /** The most bytes of data in a segment that is sent. */
  public OptionalLong mss() {
    return info.mss();
  }

  /** Segments that were sent again, since the connection began. */
  public OptionalLong retransmits() {
    return info.retransmits();
  }

  /** Bytes of data that were sent, with those of each retransmission. */
  public OptionalLong bytesSent() {
    return info.bytesSent();
  }

  /** Bytes of data that were received. Linux counts the peer's end as one more. */
  public OptionalLong bytesReceived() {
    return info.bytesReceived();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("KQueueFfmTcpInfo(");
    text.append(state == null ? "state unknown" : state);
    append(text, "rtt", rttMicros(), " us");
    append(text, "rttvar", rttvarMicros(), " us");
    append(text, "congestion window", congestionWindow(), " B");
    append(text, "mss", mss(), " B");
    append(text, "retransmits", retransmits(), "");
    append(text, "sent", bytesSent(), " B");
    append(text, "received", bytesReceived(), " B");
    return text.append(')').toString();
  }

  private static void append(StringBuilder text, String name, OptionalLong value, String unit) {
    value.ifPresent(
        number -> text.append(", ").append(name).append(' ').append(number).append(unit));
  }
}
