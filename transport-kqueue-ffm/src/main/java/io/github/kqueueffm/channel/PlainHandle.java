package io.github.kqueueffm.channel;

import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/** A handle of a user's that has not the extended form: whether to go on, it knows alone. */
final class PlainHandle extends RecvByteBufAllocator.DelegatingHandle
    implements RecvByteBufAllocator.ExtendedHandle {

  @SuppressWarnings("deprecation") // The type that Netty's channels have.
  PlainHandle(RecvByteBufAllocator.Handle handle) {
    super(handle);
  }

  @Override
  public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
    return continueReading();
  }
}
