package io.github.kqueueffm.testsuite.differential;

import static io.github.kqueueffm.testsuite.differential.Transport.EPOLL;
import static io.github.kqueueffm.testsuite.differential.Transport.NIO;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.DuplexChannel;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * What happens to a channel, and which of Netty's transports show the same. Where one is missing,
 * the two differ from each other: such as in how many reads find an end, or whether a read that was
 * not asked for may find it. Servers are not compared: one of epoll's that its handler closes goes
 * on accepting at a number that may be somebody else's by then, which the other tests of the JVM
 * could feel.
 */
enum Scenario {
  PEER_CLOSES(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      stage.connected();
      stage.send("hi");
      stage.journal().await("complete");
      stage.peer().close();
      stage.journal().await("unregistered");
    }
  },
  PEER_CLOSES_ITS_HALF(EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel =
          stage.connected(client -> client.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      stage.peer().shutdownOutput();
      stage.journal().await("ChannelInputShutdownReadComplete");
      stage.inLoop(() -> stage.journal().follow("write", write(channel, "still")));
      stage.journal().note(stage.receive(5));
      stage.inLoop(() -> stage.journal().follow("close", channel.close()));
      stage.journal().await("unregistered");
    }
  },
  ADDRESSES_ARE_ASKED_FOR_AT_THE_END(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      stage
          .journal()
          .on(
              "inactive",
              (channel, line) ->
                  stage
                      .journal()
                      .note(
                          (channel.localAddress() != null)
                              + " "
                              + (channel.remoteAddress() != null)));
      stage.connected();
      stage.peer().close();
      stage.journal().await("unregistered");
    }
  },
  PEER_RESETS(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      stage.connected();
      stage.reset();
      stage.journal().await("unregistered");
    }
  },
  PEER_CLOSES_WHILE_NOBODY_READS(EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      stage.connected(client -> client.option(ChannelOption.AUTO_READ, false));
      stage.send("hi");
      stage.peer().shutdownOutput();
      stage.journal().await("unregistered");
    }
  },
  INPUT_IS_SHUT_DOWN(NIO) {
    @Override
    void play(Stage stage) throws Exception {
      DuplexChannel channel =
          (DuplexChannel)
              stage.connected(client -> client.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      stage.inLoop(() -> stage.journal().follow("input", channel.shutdownInput()));
      stage.journal().await("ChannelInputShutdownReadComplete");
      stage.inLoop(() -> stage.journal().follow("again", channel.shutdownInput()));
      stage.inLoop(() -> stage.journal().follow("write", write(channel, "x")));
    }
  },
  OUTPUT_IS_SHUT_DOWN(NIO) {
    @Override
    void play(Stage stage) throws Exception {
      DuplexChannel channel = (DuplexChannel) stage.connected();
      stage.inLoop(() -> stage.journal().follow("output", channel.shutdownOutput()));
      stage.inLoop(() -> stage.journal().follow("write", write(channel, "x")));
      stage.journal().note("end " + stage.peer().getInputStream().read());
      stage.inLoop(() -> stage.journal().follow("again", channel.shutdownOutput()));
      stage.peer().close();
      stage.journal().await("unregistered");
    }
  },
  WRITE_FAILS_WITHOUT_AUTO_CLOSE(EPOLL) {
    @Override
    @SuppressWarnings("deprecation") // AUTO_CLOSE
    void play(Stage stage) throws Exception {
      DuplexChannel channel =
          (DuplexChannel)
              stage.connected(client ->
                  client
                      .option(ChannelOption.AUTO_CLOSE, false)
                      .option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      stage.peer().close();
      stage.journal().await("ChannelInputShutdownReadComplete");
      while (!channel.isOutputShutdown()) {
        channel.writeAndFlush(Stage.bytes("x")).await();
      }
      stage.journal().await("ChannelOutputShutdownEvent");
      stage.journal().note("open " + channel.isOpen());
    }
  },
  CLOSES_WITH_WRITES_PENDING(NIO) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel =
          stage.connected(client ->
              client.option(
                  ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(8, 16)));
      stage.inLoop(() -> stage.journal().follow("flushed", channel.writeAndFlush(Stage.lots())));
      stage.inLoop(() -> stage.journal().follow("written", channel.write(Stage.bytes("x"))));
      stage.inLoop(() -> stage.journal().follow("close", channel.close()));
      stage.journal().await("unregistered");
    }
  },
  LINGERS_WITH_WRITES_PENDING(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = stage.connected(client -> client.option(ChannelOption.SO_LINGER, 1));
      stage.inLoop(() -> stage.journal().follow("flushed", channel.writeAndFlush(Stage.lots())));
      stage.inLoop(() -> channel.close());
      // Lingering is not the loop's business.
      stage.inLoop(() -> {});
      stage.journal().await("unregistered");
    }
  },
  WRITABILITY_CHANGES(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel =
          stage.connected(client ->
              client.option(
                  ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(8, 16)));
      stage.inLoop(() -> stage.journal().follow("write", channel.writeAndFlush(Stage.lots())));
      stage.receive(Stage.LOTS);
      stage.journal().await("writable true");
      stage.journal().await("write ok");
    }
  },
  CONNECT_IS_REFUSED(NIO) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = stage.unconnected();
      SocketAddress nobody = Stage.nobody();
      stage.inLoop(() -> stage.journal().follow("connect", channel.connect(nobody)));
      stage.journal().await("unregistered");
      stage.inLoop(() -> stage.journal().follow("again", channel.connect(nobody)));
    }
  },
  CONNECTS_TO_A_NAME_ONLY(NIO) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = stage.unconnected();
      SocketAddress name = InetSocketAddress.createUnresolved("name.invalid", 80);
      stage.inLoop(() -> stage.journal().follow("connect", channel.connect(name)));
      stage.journal().await("unregistered");
    }
  },
  CONNECTS_TWICE(EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = stage.connected();
      stage.inLoop(() -> stage.journal().follow("again", channel.connect(stage.address())));
      stage.send("hi");
      stage.journal().await("complete");
    }
  },
  LOCAL_ADDRESS_IS_IN_USE(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = stage.unconnected();
      ChannelFuture first = channel.connect(stage.address(), stage.address()).await();
      stage.journal().note("connected " + first.isSuccess() + ", open " + channel.isOpen());
      channel.connect(stage.address()).sync();
      stage.journal().await("active");
    }
  },
  WRITES_BEFORE_AND_AFTER(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = stage.unconnected();
      stage.inLoop(() -> stage.journal().follow("before", write(channel, "x")));
      channel.connect(stage.address()).sync();
      stage.inLoop(() -> stage.journal().follow("after", write(channel, "y")));
      stage.peer();
      stage.journal().note(stage.receive(1));
      channel.close().sync();
      stage.journal().await("unregistered");
      channel.eventLoop().submit(() -> stage.journal().follow("late", write(channel, "z"))).sync();
    }
  },
  WRITE_IS_CANCELLED(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = stage.connected();
      ChannelPromise promise = channel.newPromise();
      promise.cancel(false);
      ByteBuf bytes = Stage.bytes("x");
      stage.inLoop(() -> stage.journal().follow("first", channel.writeAndFlush(bytes, promise)));
      stage.inLoop(() -> stage.journal().follow("second", write(channel, "y")));
      stage.journal().note(stage.receive(1) + ' ' + bytes.refCnt());
    }
  },
  HANDLER_CLOSES_IN_A_READ(EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      readsPieces(stage, (channel, line) -> channel.close());
      stage.journal().await("unregistered");
    }
  },
  HANDLER_STOPS_READING_IN_A_READ(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = readsPieces(stage, (reading, line) -> reading.config().setAutoRead(false));
      stage.journal().await("complete");
      channel.read();
      stage.journal().await("complete", 2);
    }
  },
  HANDLER_CLOSES_AT_THE_END(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      stage.journal().on("ChannelInputShutdownEvent", (channel, line) -> channel.close());
      stage.connected(client -> client.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      stage.peer().shutdownOutput();
      stage.journal().await("unregistered");
    }
  },
  HANDLER_SHUTS_OUTPUT_DOWN_AT_THE_END(EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      stage
          .journal()
          .on(
              "ChannelInputShutdownEvent",
              (channel, line) ->
                  stage.journal().follow("output", ((DuplexChannel) channel).shutdownOutput()));
      stage.connected(client -> client.option(ChannelOption.ALLOW_HALF_CLOSURE, true));
      stage.peer().shutdownOutput();
      stage.journal().await("ChannelInputShutdownReadComplete");
    }
  },
  HANDLER_FAILS_IN_A_READ(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      stage
          .journal()
          .on(
              "read hi",
              (channel, line) -> {
                throw new IllegalStateException("mine");
              });
      Channel channel = stage.connected();
      stage.send("hi");
      stage.journal().await("complete");
      stage.journal().note("open " + channel.isOpen());
    }
  },
  MOVES_TO_ANOTHER_LOOP(NIO, EPOLL) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = stage.connected();
      channel.deregister().sync();
      stage.send("hi");
      stage.otherLoop().register(channel).sync();
      stage.journal().await("complete");
      stage.inLoop(() -> stage.journal().follow("write", write(channel, "x")));
      stage.journal().note(stage.receive(1));
    }
  },
  LOOP_ENDS_WITH_WRITES_PENDING(NIO) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel = stage.connected();
      stage.inLoop(() -> stage.journal().follow("write", channel.writeAndFlush(Stage.lots())));
      // Without a quiet period NIO's loop may end before it has closed its channels.
      channel.eventLoop().parent().shutdownGracefully(200, 10_000, TimeUnit.MILLISECONDS).sync();
      stage.journal().note("open " + channel.isOpen());
    }
  },
  DATAGRAM_IS_REFUSED(NIO) {
    @Override
    void play(Stage stage) throws Exception {
      SocketAddress nobody;
      try (DatagramSocket gone = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
        nobody = gone.getLocalSocketAddress();
      }
      Channel channel =
          stage.datagram().option(ChannelOption.AUTO_READ, false).connect(nobody).sync().channel();
      channel.writeAndFlush(Stage.bytes("x")).sync();
      channel.eventLoop().submit(() -> stage.journal().follow("next", write(channel, "y"))).sync();
      stage.journal().note("open " + channel.isOpen());
    }
  },
  DATAGRAM_HAS_NO_RECIPIENT(NIO) {
    @Override
    void play(Stage stage) throws Exception {
      Channel channel =
          stage
              .datagram()
              .option(ChannelOption.AUTO_READ, false)
              .bind(Stage.anyPort())
              .sync()
              .channel();
      InetSocketAddress self = (InetSocketAddress) channel.localAddress();
      ByteBuf nothing = Unpooled.EMPTY_BUFFER;
      channel
          .eventLoop()
          .submit(() -> {
            stage.journal().follow("none", write(channel, "x"));
            stage.journal().follow("empty", channel.write(new DatagramPacket(nothing, self)));
            channel.flush();
          })
          .sync();
      stage.journal().await("empty ok");
      channel.close().sync();
      stage.journal().await("unregistered");
      stage.journal().note("open " + channel.isOpen());
    }
  };

  @SuppressWarnings("ImmutableEnumChecker") // List.of makes it.
  private final List<Transport> references;

  Scenario(Transport... references) {
    this.references = List.of(references);
  }

  /** The transports that show the same. */
  List<Transport> references() {
    return references;
  }

  abstract void play(Stage stage) throws Exception;

  private static ChannelFuture write(Channel channel, String text) {
    return channel.writeAndFlush(Stage.bytes(text));
  }

  /** There are four pieces to read when reading begins; something happens in the first one. */
  private static Channel readsPieces(Stage stage, BiConsumer<Channel, String> reaction)
      throws Exception {
    stage.journal().on("read aaaa", reaction);
    Channel channel =
        stage.connected(client ->
            client
                .option(ChannelOption.AUTO_READ, false)
                .option(
                    ChannelOption.RECVBUF_ALLOCATOR,
                    new FixedRecvByteBufAllocator(4).maxMessagesPerRead(4)));
    stage.send("aaaabbbbccccdddd");
    channel.config().setAutoRead(true);
    return channel;
  }
}
