package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannelConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;

/** Configuration of a {@link KQueueServerDomainSocketChannel}. */
public class KQueueServerChannelConfig extends KQueueFfmServerDomainSocketChannelConfig
    implements KQueueChannelConfig {
  private volatile boolean tcpFastOpen;

  KQueueServerChannelConfig(KQueueServerDomainSocketChannel channel) {
    super(channel);
  }

  /**
   * {@return the value that was set} It has no effect, because a local socket has no SYN that could
   * carry data.
   */
  public boolean isTcpFastOpen() {
    return tcpFastOpen;
  }

  /** Stores the value, which has no effect. */
  public KQueueServerChannelConfig setTcpFastOpen(boolean tcpFastOpen) {
    this.tcpFastOpen = tcpFastOpen;
    return this;
  }

  @Override
  public KQueueServerChannelConfig setReuseAddress(boolean reuseAddress) {
    super.setReuseAddress(reuseAddress);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setReceiveBufferSize(int receiveBufferSize) {
    super.setReceiveBufferSize(receiveBufferSize);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setPerformancePreferences(
      int connectionTime, int latency, int bandwidth) {
    super.setPerformancePreferences(connectionTime, latency, bandwidth);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setBacklog(int backlog) {
    super.setBacklog(backlog);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setRcvAllocTransportProvidesGuess(
      boolean transportProvidesGuess) {
    super.setRcvAllocTransportProvidesGuess(transportProvidesGuess);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
    super.setConnectTimeoutMillis(connectTimeoutMillis);
    return this;
  }

  @Override
  @Deprecated
  public KQueueServerChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
    super.setMaxMessagesPerRead(maxMessagesPerRead);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setWriteSpinCount(int writeSpinCount) {
    super.setWriteSpinCount(writeSpinCount);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setAllocator(ByteBufAllocator allocator) {
    super.setAllocator(allocator);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
    super.setRecvByteBufAllocator(allocator);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setAutoRead(boolean autoRead) {
    super.setAutoRead(autoRead);
    return this;
  }

  @Override
  @Deprecated
  public KQueueServerChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
    super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    return this;
  }

  @Override
  @Deprecated
  public KQueueServerChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
    super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setWriteBufferWaterMark(
      WriteBufferWaterMark writeBufferWaterMark) {
    super.setWriteBufferWaterMark(writeBufferWaterMark);
    return this;
  }

  @Override
  public KQueueServerChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
    super.setMessageSizeEstimator(estimator);
    return this;
  }
}
