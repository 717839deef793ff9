package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.GenericUnixChannelOption;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.List;
import java.util.Map;

/**
 * Configuration of a channel of this transport. Any thread may read and change it.
 *
 * <p>Options of the socket go to the kernel at once. A {@link io.netty.channel.ChannelException}
 * tells that the kernel refused a value, an {@link IllegalArgumentException} that the JDK's sockets
 * refuse it too, such as a negative size of a buffer; a connection that is already gone takes every
 * value silently, since {@code Bootstrap} closes a channel whose option fails.
 *
 * @param <C> the type that the setters return
 */
public abstract class KQueueFfmChannelConfig<C extends KQueueFfmChannelConfig<C>>
    extends DefaultChannelConfig {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(KQueueFfmChannelConfig.class);

  private final AbstractKQueueFfmChannel kqueueChannel;
  private final List<KernelOption<?>> kernelOptions;
  private volatile boolean lingerByNumber;

  KQueueFfmChannelConfig(AbstractKQueueFfmChannel channel, List<KernelOption<?>> kernelOptions) {
    super(channel);
    this.kqueueChannel = channel;
    this.kernelOptions = kernelOptions;
  }

  /**
   * @param allocator with as many messages for each read as the channel's metadata says
   */
  KQueueFfmChannelConfig(
      AbstractKQueueFfmChannel channel,
      List<KernelOption<?>> kernelOptions,
      RecvByteBufAllocator allocator) {
    super(channel, allocator);
    this.kqueueChannel = channel;
    this.kernelOptions = kernelOptions;
  }

  @SuppressWarnings("unchecked")
  final C self() {
    return (C) this;
  }

  final KernelSocket socket() {
    return kqueueChannel.socket();
  }

  /** Whether SO_LINGER was set by its number, so that no configuration knows its value. */
  final boolean isLingerByNumber() {
    return lingerByNumber;
  }

  final Platform platform() {
    return socket().kernel().platform();
  }

  /**
   * All options that this socket has; a closed one has none to tell and fails. What a connection
   * that the peer has reset does not tell any more is left out.
   */
  @Override
  public Map<ChannelOption<?>, Object> getOptions() {
    Map<ChannelOption<?>, Object> options =
        getOptions(super.getOptions(), KQueueFfmChannelOption.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS);
    for (KernelOption<?> kernelOption : kernelOptions) {
      Object value = kernelOption.exists(platform()) ? ifTold(kernelOption) : null;
      if (value != null) {
        options.put(kernelOption.option(), value);
      }
    }
    return options;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T getOption(ChannelOption<T> option) {
    if (option instanceof GenericUnixChannelOption<T> generic) {
      return GenericOptions.get(socket(), generic);
    }
    if (option == KQueueFfmChannelOption.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS) {
      return (T) Boolean.FALSE;
    }
    KernelOption<T> kernelOption = find(option);
    if (kernelOption == null) {
      return super.getOption(option);
    }
    try {
      return kernelOption.get(socket());
    } catch (UnsupportedOperationException e) {
      // As for those that are not listed.
      return null;
    }
  }

  /** ENOPROTOOPT: the headers have it and this kernel does not, so it is not listed. */
  private Object ifTold(KernelOption<?> kernelOption) {
    try {
      return kernelOption.ifTold(socket());
    } catch (UnsupportedOperationException e) {
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
    if (option == KQueueFfmChannelOption.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS) {
      validate(option, value);
      return true;
    }
    KernelOption<T> kernelOption = find(option);
    if (kernelOption == null) {
      return super.setOption(option, value);
    }
    validate(option, value);
    try {
      return set(kernelOption, value);
    } catch (UnsupportedOperationException e) {
      // ENOPROTOOPT: not listed either. A bootstrap warns of it and goes on.
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
      KernelOption<T> kernelOption = lookUp(option);
      OptionTypes.check(kernelOption == null ? option : kernelOption.option(), value);
    }
    super.validate(option, value);
  }

  /** The kernel's option behind a channel option, or {@code null} if there is none here. */
  private <T> KernelOption<T> find(ChannelOption<T> option) {
    KernelOption<T> found = lookUp(option);
    return found != null && found.exists(platform()) ? found : null;
  }

  @SuppressWarnings("unchecked")
  private <T> KernelOption<T> lookUp(ChannelOption<T> option) {
    boolean jdk = option instanceof NioChannelOption;
    for (KernelOption<?> candidate : kernelOptions) {
      if (candidate.option() == option || jdk && candidate.isNamed(option.name())) {
        return (KernelOption<T>) candidate;
      }
    }
    return null;
  }

  /**
   * Reads an option of this kind of channel.
   *
   * @throws UnsupportedOperationException if the system lacks it
   */
  final <T> T get(ChannelOption<T> option) {
    return lookUp(option).get(socket());
  }

  /**
   * Sets an option of this kind of channel.
   *
   * @throws UnsupportedOperationException if the system lacks it
   */
  final <T> C set(ChannelOption<T> option, T value) {
    set(lookUp(option), value);
    return self();
  }

  /**
   * False if it does not hold for all that the socket carries, and the reason is logged. Not of an
   * accepted connection: a bootstrap sets the same for each, and logs each false, so that true is
   * the answer there, and the reason is logged once for the server.
   */
  private <T> boolean set(KernelOption<T> kernelOption, T value) {
    String objection = kernelOption.set(socket(), value);
    boolean accepted = channel.parent() instanceof AbstractKQueueFfmServerChannel;
    if (objection != null && (!accepted || isFirstObjection())) {
      LOGGER.warn(objection);
    }
    return objection == null || accepted;
  }

  private boolean isFirstObjection() {
    return ((AbstractKQueueFfmServerChannel) channel.parent()).isFirstObjection();
  }

  /** Has no effect. */
  public C setRcvAllocTransportProvidesGuess(boolean ignored) {
    return self();
  }

  /** Always false. */
  public boolean getRcvAllocTransportProvidesGuess() {
    return false;
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
    kqueueChannel.autoReadCleared();
  }
}
