package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.GenericUnixChannelOption;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a channel of this transport. Any thread may read and change it.
 *
 * <p>Socket options go to the kernel immediately. A {@link io.netty.channel.ChannelException} means
 * that the kernel refused a value. An {@link IllegalArgumentException} means that the JDK's sockets
 * refuse it too, such as a negative size of a buffer. A connection that is already gone takes every
 * value silently, because {@code Bootstrap} closes a channel whose option fails.
 *
 * @param <C> the type that the setters return
 */
public abstract class KQueueFfmChannelConfig<C extends KQueueFfmChannelConfig<C>>
    extends DefaultChannelConfig {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(KQueueFfmChannelConfig.class);

  private final OptionTable options;
  private volatile boolean lingerByNumber;
  private volatile boolean transportProvidesGuess;

  KQueueFfmChannelConfig(AbstractKQueueFfmChannel channel, OptionTable options) {
    super(channel);
    this.options = options;
  }

  /**
   * @param allocator with as many messages for each read as the channel's metadata says
   */
  KQueueFfmChannelConfig(
      AbstractKQueueFfmChannel channel, OptionTable options, RecvByteBufAllocator allocator) {
    super(channel, allocator);
    this.options = options;
  }

  @SuppressWarnings("unchecked")
  final C self() {
    return (C) this;
  }

  private AbstractKQueueFfmChannel kqueueChannel() {
    return (AbstractKQueueFfmChannel) channel;
  }

  final KernelSocket socket() {
    return kqueueChannel().socket();
  }

  /** Whether SO_LINGER was set by its number, so that no configuration knows its value. */
  final boolean isLingerByNumber() {
    return lingerByNumber;
  }

  final Platform platform() {
    return socket().kernel().platform();
  }

  /**
   * All options that this channel has, with their values. Options that the kernel no longer reports
   * of a connection that the peer has reset are left out.
   *
   * @throws io.netty.channel.ChannelException if the channel is closed
   */
  @Override
  public Map<ChannelOption<?>, @Nullable Object> getOptions() {
    Map<ChannelOption<?>, Object> values = super.getOptions();
    options.addTo(values, this);
    return values;
  }

  @Override
  public <T> @Nullable T getOption(ChannelOption<T> option) {
    if (option instanceof GenericUnixChannelOption<T> generic) {
      return GenericOptions.get(socket(), generic);
    }
    OptionTable.Row<T> row = existing(option);
    if (row == null) {
      return super.getOption(option);
    }
    try {
      return row.get(this);
    } catch (UnsupportedOperationException e) {
      // ENOPROTOOPT: the headers have it and this kernel lacks it, so it is not listed either.
      return null;
    }
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    if (option instanceof GenericUnixChannelOption<T> generic) {
      validate(option, value);
      GenericOptions.set(socket(), generic, value);
      if (GenericOptions.isLinger(platform(), generic)) {
        lingerByNumber = true;
      }
      return true;
    }
    OptionTable.Row<T> row = existing(option);
    if (row == null) {
      return super.setOption(option, value);
    }
    validate(option, value);
    try {
      return row.set(this, value);
    } catch (UnsupportedOperationException e) {
      // ENOPROTOOPT, as in getOption. A bootstrap warns of it and goes on.
      return false;
    }
  }

  /**
   * Refuses null, and a value of another type than the option's.
   *
   * @throws IllegalArgumentException that names the option
   */
  @Override
  protected <T> void validate(ChannelOption<T> option, T value) {
    if (value != null) {
      options.checkType(option, value);
    }
    super.validate(option, value);
  }

  /** The row of an option, or {@code null} if this channel or this system lacks it. */
  private <T> OptionTable.Row<T> existing(ChannelOption<T> option) {
    OptionTable.Row<T> row = options.row(option);
    return row != null && row.exists(platform()) ? row : null;
  }

  /**
   * Reads an option of this kind of channel.
   *
   * @throws UnsupportedOperationException if the system lacks it
   */
  final <T> T get(ChannelOption<T> option) {
    return options.row(option).get(this);
  }

  /**
   * Sets an option of this kind of channel.
   *
   * @throws UnsupportedOperationException if the system lacks it
   */
  final <T> C set(ChannelOption<T> option, T value) {
    options.row(option).set(this, value);
    return self();
  }

  /** A socket option was set, by its setter or by {@link #setOption}. */
  void changed(ChannelOption<?> option, Object value) {}

  /**
   * What {@link #setOption} answers for a socket option that was set: false if it has no effect on
   * some of what the socket carries, and the objection is logged. A bootstrap sets the same options
   * for each accepted connection, and logs each false. So the answer for an accepted connection is
   * true, and the objection is logged once for the server.
   *
   * @param objection why it has no effect on some, or {@code null}
   */
  final boolean isEffective(String objection) {
    boolean accepted = channel.parent() instanceof AbstractKQueueFfmServerChannel;
    if (objection != null && (!accepted || isFirstObjection())) {
      LOGGER.warn(objection);
    }
    return objection == null || accepted;
  }

  private boolean isFirstObjection() {
    return ((AbstractKQueueFfmServerChannel) channel.parent()).isFirstObjection();
  }

  /** See {@link KQueueFfmChannelOption#RCV_ALLOC_TRANSPORT_PROVIDES_GUESS}. */
  public C setRcvAllocTransportProvidesGuess(boolean transportProvidesGuess) {
    this.transportProvidesGuess = transportProvidesGuess;
    return self();
  }

  /** See {@link KQueueFfmChannelOption#RCV_ALLOC_TRANSPORT_PROVIDES_GUESS}. */
  public boolean getRcvAllocTransportProvidesGuess() {
    return transportProvidesGuess;
  }

  @Override
  public C setConnectTimeoutMillis(int connectTimeoutMillis) {
    super.setConnectTimeoutMillis(connectTimeoutMillis);
    return self();
  }

  @Override
  @Deprecated
  public C setMaxMessagesPerRead(int maxMessagesPerRead) {
    super.setMaxMessagesPerRead(maxMessagesPerRead);
    return self();
  }

  @Override
  public C setMaxMessagesPerWrite(int maxMessagesPerWrite) {
    super.setMaxMessagesPerWrite(maxMessagesPerWrite);
    return self();
  }

  @Override
  public C setWriteSpinCount(int writeSpinCount) {
    super.setWriteSpinCount(writeSpinCount);
    return self();
  }

  @Override
  public C setAllocator(ByteBufAllocator allocator) {
    super.setAllocator(allocator);
    return self();
  }

  @Override
  public C setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
    super.setRecvByteBufAllocator(allocator);
    return self();
  }

  @Override
  public C setAutoRead(boolean autoRead) {
    super.setAutoRead(autoRead);
    return self();
  }

  @Override
  public C setAutoClose(boolean autoClose) {
    super.setAutoClose(autoClose);
    return self();
  }

  @Override
  @Deprecated
  public C setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
    super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    return self();
  }

  @Override
  @Deprecated
  public C setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
    super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    return self();
  }

  @Override
  public C setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
    super.setWriteBufferWaterMark(writeBufferWaterMark);
    return self();
  }

  @Override
  public C setMessageSizeEstimator(MessageSizeEstimator estimator) {
    super.setMessageSizeEstimator(estimator);
    return self();
  }

  @Override
  protected final void autoReadCleared() {
    kqueueChannel().autoReadCleared();
  }
}
