package io.netty.channel.kqueue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;

/**
 * The methods of the configurations of all channels of this package. In Netty's jar it is a class.
 * Here it is an interface, because the configurations have another superclass. So code that calls
 * methods of this type has to be compiled against this jar.
 */
public interface KQueueChannelConfig extends ChannelConfig {

  /** Always false. */
  boolean getRcvAllocTransportProvidesGuess();

  /** Has no effect. */
  KQueueChannelConfig setRcvAllocTransportProvidesGuess(boolean transportProvidesGuess);

  @Override
  KQueueChannelConfig setConnectTimeoutMillis(int connectTimeoutMillis);

  @Override
  @Deprecated
  KQueueChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead);

  @Override
  KQueueChannelConfig setWriteSpinCount(int writeSpinCount);

  @Override
  KQueueChannelConfig setAllocator(ByteBufAllocator allocator);

  @Override
  KQueueChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator);

  @Override
  KQueueChannelConfig setAutoRead(boolean autoRead);

  @Override
  @Deprecated
  KQueueChannelConfig setWriteBufferHighWaterMark(int writeBufferHighWaterMark);

  @Override
  @Deprecated
  KQueueChannelConfig setWriteBufferLowWaterMark(int writeBufferLowWaterMark);

  @Override
  KQueueChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark);

  @Override
  KQueueChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator);
}
