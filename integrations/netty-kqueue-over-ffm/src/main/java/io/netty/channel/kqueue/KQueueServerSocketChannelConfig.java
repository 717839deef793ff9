package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannelConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;

/** Configuration of a {@link KQueueServerSocketChannel}. */
public class KQueueServerSocketChannelConfig extends KQueueFfmServerSocketChannelConfig
    implements KQueueChannelConfig {

  KQueueServerSocketChannelConfig(KQueueServerSocketChannel channel) {
    super(channel);
  }

  /** Sets the filter that connections have to pass before they are reported. */
  public KQueueServerSocketChannelConfig setAcceptFilter(AcceptFilter acceptFilter) {
    super.setAcceptFilter(acceptFilter);
    return this;
  }

  /** {@return the filter that was set here, or one with an empty name} */
  @Override
  public AcceptFilter getAcceptFilter() {
    return AcceptFilter.of(super.getAcceptFilter());
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T getOption(ChannelOption<T> option) {
    return option == KQueueChannelOption.SO_ACCEPTFILTER
        ? (T) getAcceptFilter()
        : super.getOption(option);
  }

  @Override
  public KQueueServerSocketChannelConfig setReusePort(boolean reusePort) {
    super.setReusePort(reusePort);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setReuseAddress(boolean reuseAddress) {
    super.setReuseAddress(reuseAddress);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setReceiveBufferSize(int receiveBufferSize) {
    super.setReceiveBufferSize(receiveBufferSize);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setPerformancePreferences(
      int connectionTime, int latency, int bandwidth) {
    super.setPerformancePreferences(connectionTime, latency, bandwidth);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setBacklog(int backlog) {
    super.setBacklog(backlog);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setTcpFastOpen(boolean tcpFastOpen) {
    super.setTcpFastOpen(tcpFastOpen);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setRcvAllocTransportProvidesGuess(
      boolean transportProvidesGuess) {
    super.setRcvAllocTransportProvidesGuess(transportProvidesGuess);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis) {
    super.setConnectTimeoutMillis(connectTimeoutMillis);
    return this;
  }

  @Override
  @Deprecated
  public KQueueServerSocketChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
    super.setMaxMessagesPerRead(maxMessagesPerRead);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setWriteSpinCount(int writeSpinCount) {
    super.setWriteSpinCount(writeSpinCount);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setAllocator(ByteBufAllocator allocator) {
    super.setAllocator(allocator);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
    super.setRecvByteBufAllocator(allocator);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setAutoRead(boolean autoRead) {
    super.setAutoRead(autoRead);
    return this;
  }

  @Override
  @Deprecated
  public KQueueServerSocketChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
    super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    return this;
  }

  @Override
  @Deprecated
  public KQueueServerSocketChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
    super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setWriteBufferWaterMark(
      WriteBufferWaterMark writeBufferWaterMark) {
    super.setWriteBufferWaterMark(writeBufferWaterMark);
    return this;
  }

  @Override
  public KQueueServerSocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
    super.setMessageSizeEstimator(estimator);
    return this;
  }
}
