package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FileRegion;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.UncheckedBooleanSupplier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Buffers of every kind go out as they are and come in whole, and no call reads or writes past a
 * piece of memory, on every path between a ByteBuf and the kernel.
 */
@Tag("real")
class EveryBufferPropertyTest {
  static final int SIZE = 90;
  static final int SLOT = 40;
  private static final int SECONDS = 10;

  private static EventLoopGroup group;
  private static ServerSocket listener;
  private static Socket peer;
  private static DatagramSocket datagramPeer;
  private static Channel stream;
  private static KQueueFfmDatagramChannel datagrams;

  /** What the channels receive, each piece as a copy, or what failed. */
  private static final BlockingQueue<Object> RECEIVED = new LinkedBlockingQueue<>();

  private static volatile BufferKinds receiving;
  private static volatile int room;

  private BufferKinds kinds;

  /** Receives into what {@link #receiving} makes. */
  private static final class OwnBuffers extends FixedRecvByteBufAllocator {
    OwnBuffers() {
      super(SIZE);
    }

    @Override
    @SuppressWarnings("deprecation") // The type that Netty's interface has.
    public Handle newHandle() {
      return new OwnHandle(super.newHandle());
    }
  }

  private static final class OwnHandle extends RecvByteBufAllocator.DelegatingHandle
      implements RecvByteBufAllocator.ExtendedHandle {
    private final RecvByteBufAllocator.ExtendedHandle delegate;

    @SuppressWarnings("deprecation") // As above.
    OwnHandle(RecvByteBufAllocator.Handle delegate) {
      super(delegate);
      this.delegate = (RecvByteBufAllocator.ExtendedHandle) delegate;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return receiving.room(room);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return delegate.continueReading(maybeMoreData);
    }
  }

  private static final class Copying extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf content = message instanceof DatagramPacket p ? p.content() : (ByteBuf) message;
      RECEIVED.add(ByteBufUtil.getBytes(content));
      content.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      RECEIVED.add(cause);
    }
  }

  @BeforeContainer
  static void connect() throws Exception {
    group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    stream =
        new Bootstrap()
            .group(group)
            .channel(KQueueFfmSocketChannel.class)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new OwnBuffers())
            .handler(new Copying())
            .connect(listener.getLocalSocketAddress())
            .sync()
            .channel();
    peer = listener.accept();
    peer.setTcpNoDelay(true);
    peer.setSoTimeout(SECONDS * 1000);
    datagramPeer = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    datagramPeer.setSoTimeout(SECONDS * 1000);
    datagrams =
        (KQueueFfmDatagramChannel)
            new Bootstrap()
                .group(group)
                .channelFactory(() -> new KQueueFfmDatagramChannel(SocketProtocolFamily.INET))
                .option(ChannelOption.RECVBUF_ALLOCATOR, new OwnBuffers())
                .handler(new Copying())
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
  }

  @AfterContainer
  static void close() throws Exception {
    peer.close();
    datagramPeer.close();
    listener.close();
    group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).sync();
  }

  @AfterTry
  void nothingIsTouchedBeyond() {
    kinds.assertGapsUntouched();
    kinds.release();
    assertThat(RECEIVED).isEmpty();
  }

  private BufferKinds kinds(List<Integer> choices) {
    kinds = new BufferKinds(choices);
    return kinds;
  }

  private void receive(List<Integer> choices, int size) {
    room = size;
    receiving = kinds(choices);
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (i * 31 + count);
    }
    return bytes;
  }

  private static byte[] received() throws InterruptedException {
    Object received = RECEIVED.poll(SECONDS, TimeUnit.SECONDS);
    assertThat(received).isInstanceOf(byte[].class);
    return (byte[]) received;
  }

  /** Since a read is made until there is nothing more, the loop has made its last buffer then. */
  private static void settle(Channel channel) throws InterruptedException {
    channel.eventLoop().submit(() -> {}).sync();
  }

  @Property
  void streamReceivesIntoEveryKind(
      @ForAll @Size(max = 24) List<@IntRange(max = BufferKinds.CHOICES - 1) Integer> choices,
      @ForAll @IntRange(min = 1, max = 3 * SIZE) int count)
      throws Exception {
    receive(choices, SIZE);
    byte[] sent = bytes(count);
    peer.getOutputStream().write(sent);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (all.size() < count) {
      all.writeBytes(received());
    }
    settle(stream);
    assertThat(all.toByteArray()).isEqualTo(sent);
  }

  private void datagramsArrive(List<Integer> choices, int slot, int size, int... lengths)
      throws Exception {
    receive(choices, size);
    datagrams.config().setMaxDatagramPayloadSize(slot);
    int most = slot == 0 ? size : slot;
    for (int length : lengths) {
      datagramPeer.send(
          new java.net.DatagramPacket(bytes(length), length, datagrams.localAddress()));
    }
    for (int length : lengths) {
      assertThat(received()).isEqualTo(Arrays.copyOf(bytes(length), Math.min(length, most)));
    }
    settle(datagrams);
  }

  @Property
  void datagramIsReceivedIntoEveryKind(
      @ForAll @Size(max = 24) List<@IntRange(max = BufferKinds.CHOICES - 1) Integer> choices,
      @ForAll @IntRange(max = 2 * SIZE) int length)
      throws Exception {
    datagramsArrive(choices, 0, SIZE, length);
  }

  @Property
  void severalDatagramsAreReceivedIntoEveryKind(
      @ForAll @Size(max = 24) List<@IntRange(max = BufferKinds.CHOICES - 1) Integer> choices,
      @ForAll @IntRange(max = SLOT) int first,
      @ForAll @IntRange(max = SLOT) int second)
      throws Exception {
    datagramsArrive(choices, SLOT, 4 * SLOT, first, second, first);
  }

  /** Buffers of these sizes are sent with one flush; by an allocator that gives such ones, too. */
  private ByteBuf[] messages(Channel channel, List<Integer> choices, List<Integer> sizes) {
    BufferKinds made = kinds(choices);
    channel.config().setAllocator(made.allocator());
    return sizes.stream().map(made::contents).toArray(ByteBuf[]::new);
  }

  private static List<ChannelFuture> write(Channel channel, Object... messages) {
    List<ChannelFuture> writes = new ArrayList<>();
    channel
        .eventLoop()
        .submit(() -> {
          for (Object message : messages) {
            writes.add(channel.write(message));
          }
          channel.flush();
        })
        .syncUninterruptibly();
    return writes;
  }

  private static void written(List<ChannelFuture> writes) throws InterruptedException {
    for (ChannelFuture write : writes) {
      assertThat(write.await(SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(write.cause()).isNull();
    }
  }

  @Property
  void streamSendsEveryKind(
      @ForAll @Size(max = 40) List<@IntRange(max = BufferKinds.CHOICES - 1) Integer> choices,
      @ForAll @Size(min = 1, max = 4) List<@IntRange(max = SIZE) Integer> sizes)
      throws Exception {
    ByteBuf[] messages = messages(stream, choices, sizes);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (ByteBuf message : messages) {
      expected.writeBytes(ByteBufUtil.getBytes(message));
    }
    List<ChannelFuture> writes = write(stream, (Object[]) messages);
    assertThat(peer.getInputStream().readNBytes(expected.size())).isEqualTo(expected.toByteArray());
    written(writes);
  }

  @Property
  void datagramsOfEveryKindAreSent(
      @ForAll @Size(max = 40) List<@IntRange(max = BufferKinds.CHOICES - 1) Integer> choices,
      @ForAll @Size(min = 1, max = 4) List<@IntRange(max = SIZE) Integer> sizes)
      throws Exception {
    ByteBuf[] messages = messages(datagrams, choices, sizes);
    List<byte[]> expected = Arrays.stream(messages).map(ByteBufUtil::getBytes).toList();
    InetSocketAddress to = (InetSocketAddress) datagramPeer.getLocalSocketAddress();
    List<ChannelFuture> writes =
        write(datagrams, Arrays.stream(messages).map(m -> new DatagramPacket(m, to)).toArray());
    for (byte[] bytes : expected) {
      java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[999], 999);
      datagramPeer.receive(packet);
      assertThat(Arrays.copyOf(packet.getData(), packet.getLength())).isEqualTo(bytes);
    }
    written(writes);
  }

  /** A user's region that writes a buffer's contents. */
  private static final class BufferRegion extends AbstractReferenceCounted implements FileRegion {
    private final ByteBuffer[] contents;
    private final long count;
    private long transferred;

    BufferRegion(ByteBuffer... contents) {
      this.contents = contents;
      count = Arrays.stream(contents).mapToLong(ByteBuffer::remaining).sum();
    }

    @Override
    public long position() {
      return 0;
    }

    @Override
    @Deprecated
    public long transfered() {
      return transferred;
    }

    @Override
    public long transferred() {
      return transferred;
    }

    @Override
    public long count() {
      return count;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
      long before = transferred;
      for (ByteBuffer part : contents) {
        transferred += target.write(part);
        if (part.hasRemaining()) {
          break;
        }
      }
      return transferred - before;
    }

    @Override
    protected void deallocate() {}

    @Override
    public FileRegion retain() {
      super.retain();
      return this;
    }

    @Override
    public FileRegion retain(int increment) {
      super.retain(increment);
      return this;
    }

    @Override
    public FileRegion touch() {
      return this;
    }

    @Override
    public FileRegion touch(Object hint) {
      return this;
    }
  }

  @Property(tries = 40)
  void regionIsCopiedThroughEveryKind(
      @ForAll @Size(max = 8) List<@IntRange(max = BufferKinds.CHOICES - 1) Integer> choices,
      @ForAll @IntRange(min = 1, max = 100_000) int first,
      @ForAll @IntRange(min = 1, max = 100_000) int second)
      throws Exception {
    stream.config().setAllocator(kinds(choices).allocator());
    ByteBuffer direct = ByteBuffer.allocateDirect(first + 5).position(5);
    direct.duplicate().put(bytes(first));
    BufferRegion region =
        new BufferRegion(direct, ByteBuffer.wrap(bytes(second)).asReadOnlyBuffer());
    List<ChannelFuture> writes = write(stream, region);
    assertThat(peer.getInputStream().readNBytes(first)).isEqualTo(bytes(first));
    assertThat(peer.getInputStream().readNBytes(second)).isEqualTo(bytes(second));
    written(writes);
  }
}
