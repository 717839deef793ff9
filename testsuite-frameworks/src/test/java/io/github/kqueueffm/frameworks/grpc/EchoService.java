package io.github.kqueueffm.frameworks.grpc;

import com.google.protobuf.BytesValue;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/** What a generated service would be: a method of each kind. */
final class EchoService implements BindableService {
  /** Answers with the request. */
  static final MethodDescriptor<BytesValue, BytesValue> ONCE = method(MethodType.UNARY, "Once");

  /** Answers with the request as many times. */
  static final MethodDescriptor<BytesValue, BytesValue> REPEATED =
      method(MethodType.SERVER_STREAMING, "Repeated");

  /** Answers with all requests in one. */
  static final MethodDescriptor<BytesValue, BytesValue> JOINED =
      method(MethodType.CLIENT_STREAMING, "Joined");

  /** Answers with each request. */
  static final MethodDescriptor<BytesValue, BytesValue> EACH =
      method(MethodType.BIDI_STREAMING, "Each");

  static final int REPETITIONS = 32;

  private static final String NAME = "Echo";

  private static MethodDescriptor<BytesValue, BytesValue> method(MethodType type, String name) {
    return MethodDescriptor.<BytesValue, BytesValue>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, name))
        .setRequestMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
        .setResponseMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
        .build();
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder(NAME)
        .addMethod(
            ONCE, ServerCalls.asyncUnaryCall((request, answers) -> repeat(request, 1, answers)))
        .addMethod(
            REPEATED,
            ServerCalls.asyncServerStreamingCall(
                (request, answers) -> repeat(request, REPETITIONS, answers)))
        .addMethod(JOINED, ServerCalls.asyncClientStreamingCall(Joining::new))
        .addMethod(EACH, ServerCalls.asyncBidiStreamingCall(Returning::new))
        .build();
  }

  private static void repeat(BytesValue request, int times, StreamObserver<BytesValue> answers) {
    for (int i = 0; i < times; i++) {
      answers.onNext(request);
    }
    answers.onCompleted();
  }

  private record Returning(StreamObserver<BytesValue> answers)
      implements StreamObserver<BytesValue> {
    @Override
    public void onNext(BytesValue request) {
      answers.onNext(request);
    }

    @Override
    public void onError(Throwable cause) {
      answers.onError(cause);
    }

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }

  private static final class Joining implements StreamObserver<BytesValue> {
    private final StreamObserver<BytesValue> answers;
    private BytesValue joined = BytesValue.getDefaultInstance();

    Joining(StreamObserver<BytesValue> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(BytesValue request) {
      joined = BytesValue.of(joined.getValue().concat(request.getValue()));
    }

    @Override
    public void onError(Throwable cause) {
      answers.onError(cause);
    }

    @Override
    public void onCompleted() {
      answers.onNext(joined);
      answers.onCompleted();
    }
  }
}
