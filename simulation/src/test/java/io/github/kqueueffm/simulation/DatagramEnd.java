package io.github.kqueueffm.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.ByteProcessor;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** A datagram channel of ours, which sends to the other of its pair. */
final class DatagramEnd extends ChannelInboundHandlerAdapter {
  /** The first record number of an end is a multiple of this. */
  static final int NUMBERS = 100_000;

  private final Conversation talk;
  private final String name;
  private final SplittableRandom random;
  private final int largest;
  private final boolean ordered;
  private Channel channel;

  /** Asked on the channel's own loop: another one would wait for the socket's lock. */
  private volatile SocketAddress address;

  private DatagramEnd other;
  private int next;
  private int pending;
  private int last = -1;
  private final List<String> faults = new ArrayList<>();
  private final BitSet seen = new BitSet();
  private boolean closes;

  /**
   * Makes one.
   *
   * @param largest bytes of a datagram at most
   * @param ordered whether datagrams arrive in order
   */
  DatagramEnd(
      Conversation talk,
      String name,
      int first,
      SplittableRandom random,
      int largest,
      boolean ordered) {
    this.talk = talk;
    this.name = name;
    this.random = random;
    this.largest = largest;
    this.ordered = ordered;
    next = first;
  }

  void pairedWith(DatagramEnd peer) {
    other = peer;
  }

  Channel channel() {
    return channel;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    address = channel.localAddress();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    talk.event();
    try {
      AddressedEnvelope<?, ?> packet = (AddressedEnvelope<?, ?>) message;
      check((ByteBuf) packet.content(), (SocketAddress) packet.sender());
    } finally {
      ReferenceCountUtil.release(message);
    }
    act();
  }

  private void check(ByteBuf content, SocketAddress sender) {
    boolean mayBeLate = talk.datagrams().stream().anyMatch(end -> isLateFrom(end, sender));
    if (!content.isReadable()) {
      if (!mayBeLate) {
        checkSender(sender);
      }
      return;
    }
    if (isOfAnEdge(content) && !sender.equals(other.address)) {
      return;
    }
    Records records = new Records();
    records.read(content);
    if (records.fault() != null || records.isCut() || records.complete().size() != 1) {
      faults.add("a damaged datagram: " + records.fault() + " " + records.complete());
      return;
    }
    int number = records.first();
    boolean isOfOther = number / NUMBERS == other.next / NUMBERS;
    if (mayBeLate && !isOfOther) {
      return;
    }
    checkSender(sender);
    int index = number % NUMBERS;
    if (!isOfOther || seen.get(index)) {
      faults.add("datagram " + number + " was not sent, or comes twice");
    }
    if (ordered && number <= last) {
      faults.add("datagram " + number + " after " + last);
    }
    seen.set(index);
    last = number;
  }

  /** Whether it consists of zeros: sent to a socket that had this port before. */
  private static boolean isOfAnEdge(ByteBuf content) {
    return content.forEachByte(ByteProcessor.FIND_NON_NUL) < 0;
  }

  private void checkSender(SocketAddress sender) {
    SocketAddress expected = other.address;
    if (expected != null && !expected.equals(sender)) {
      faults.add("a datagram of " + sender + " in place of " + expected);
    }
  }

  /** Whether it is the sender, and its peer had this end's address before: ports are used again. */
  private boolean isLateFrom(DatagramEnd end, SocketAddress sender) {
    return end != other
        && end.other != null
        && end.address != null
        && end.address.equals(sender)
        && Objects.equals(end.other.address, address);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    talk.explain(name, cause);
  }

  /** Does one thing. On the channel's loop. */
  void act() {
    if (talk.isCalm() || !channel.isActive() || other.channel == null) {
      return;
    }
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3, 4, 5 -> send(1);
      case 6 -> send(40);
      case 7 -> channel.config().setAutoRead(!channel.config().isAutoRead());
      case 8 -> channel.read();
      case 9 -> channel.config().getOptions();
      case 10 -> {
        if (random.nextInt(6) == 0) {
          close();
        }
      }
      default -> {}
    }
  }

  private void send(int count) {
    SocketAddress to = other.address;
    if (to == null) {
      return;
    }
    for (int i = 0; i < count; i++) {
      ByteBuf content = content();
      pending++;
      channel
          .write(packet(content, to))
          .addListener(done -> {
            pending--;
            if (!done.isSuccess()) {
              talk.explain(name + " send", done.cause());
            }
          });
    }
    channel.flush();
  }

  private ByteBuf content() {
    if (random.nextInt(10) == 0) {
      return talk.buffers().directBuffer(0);
    }
    int size = Records.HEAD + random.nextInt(random.nextInt(4) == 0 ? largest - 8 : 200);
    ByteBuf content =
        random.nextBoolean() ? talk.buffers().directBuffer(size) : talk.buffers().heapBuffer(size);
    Records.write(content, next++, size);
    return content;
  }

  private static Object packet(ByteBuf content, SocketAddress to) {
    return to instanceof InetSocketAddress inet
        ? new DatagramPacket(content, inet)
        : new DomainDatagramPacket(content, (DomainSocketAddress) to);
  }

  /** Whether no promise is left. */
  boolean isDone() {
    return pending == 0;
  }

  void close() {
    closes = true;
    channel.close();
  }

  void check(List<String> violations, boolean abruptly) {
    faults.forEach(fault -> violations.add(name + " received " + fault));
    if (pending != 0 && !abruptly) {
      violations.add(name + ": " + pending + " sends are neither done nor failed");
    }
    if (channel != null && channel.isOpen()) {
      violations.add(name + " is still open" + (closes ? " after its close" : ""));
    }
  }
}
