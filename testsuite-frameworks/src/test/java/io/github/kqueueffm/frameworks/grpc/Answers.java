package io.github.kqueueffm.frameworks.grpc;

import com.google.protobuf.BytesValue;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a client's stream of answers brought, once it is complete. */
final class Answers implements StreamObserver<BytesValue> {
  private final List<BytesValue> received = new ArrayList<>();
  private final CompletableFuture<List<BytesValue>> complete = new CompletableFuture<>();

  CompletableFuture<List<BytesValue>> complete() {
    return complete;
  }

  @Override
  public void onNext(BytesValue answer) {
    received.add(answer);
  }

  @Override
  public void onError(Throwable cause) {
    complete.completeExceptionally(cause);
  }

  @Override
  public void onCompleted() {
    complete.complete(received);
  }
}
