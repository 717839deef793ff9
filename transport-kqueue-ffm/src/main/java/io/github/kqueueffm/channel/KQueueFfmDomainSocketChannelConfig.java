package io.github.kqueueffm.channel;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.channel.unix.DomainSocketChannelConfig;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.util.internal.ObjectUtil;

/** Configuration of a {@link KQueueFfmDomainSocketChannel}. */
public class KQueueFfmDomainSocketChannelConfig
    extends KQueueFfmChannelConfig<KQueueFfmDomainSocketChannelConfig>
    implements DomainSocketChannelConfig, DuplexChannelConfig {
  private static final OptionTable OPTIONS = new OptionTable(OptionTable.Kind.DOMAIN_SOCKET);

  private volatile DomainSocketReadMode readMode = DomainSocketReadMode.BYTES;
  private volatile boolean allowHalfClosure;

  /** For a subclass, which {@link KQueueFfmDomainSocketChannel#newConfig()} makes. */
  protected KQueueFfmDomainSocketChannelConfig(KQueueFfmDomainSocketChannel channel) {
    super(channel, OPTIONS);
  }

  @Override
  public DomainSocketReadMode getReadMode() {
    return readMode;
  }

  /**
   * Sets whether bytes or descriptors are read. In the mode for bytes the kernel closes descriptors
   * that arrive with them. In the mode for descriptors the bytes are dropped.
   */
  @Override
  public KQueueFfmDomainSocketChannelConfig setReadMode(DomainSocketReadMode mode) {
    readMode = ObjectUtil.checkNotNull(mode, "mode");
    return this;
  }

  @Override
  public boolean isAllowHalfClosure() {
    return allowHalfClosure;
  }

  @Override
  public KQueueFfmDomainSocketChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
    this.allowHalfClosure = allowHalfClosure;
    return this;
  }

  /** Bytes. */
  public int getSendBufferSize() {
    return get(ChannelOption.SO_SNDBUF);
  }

  /**
   * Sets the send buffer, in bytes. Linux doubles the number, and {@link #getSendBufferSize()}
   * returns the double.
   *
   * @throws io.netty.channel.ChannelException if the kernel refuses it
   */
  public KQueueFfmDomainSocketChannelConfig setSendBufferSize(int sendBufferSize) {
    return set(ChannelOption.SO_SNDBUF, sendBufferSize);
  }

  /** Bytes. */
  public int getReceiveBufferSize() {
    return get(ChannelOption.SO_RCVBUF);
  }

  /**
   * Sets the receive buffer, in bytes. On Linux it does not limit how many bytes wait to be read:
   * the peer's send buffer does.
   *
   * @throws io.netty.channel.ChannelException if the kernel refuses it
   */
  public KQueueFfmDomainSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
    return set(ChannelOption.SO_RCVBUF, receiveBufferSize);
  }
}
