package io.github.kqueueffm.frameworks.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.github.kqueueffm.frameworks.Witness;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call of each kind; whoever extends it says over what, and ends what it began. */
abstract class AbstractGrpcTest {
  private static final int SIZE = 64 << 10;
  private static final int MESSAGES = 32;
  private static final int SECONDS = 60;

  private final Witness witness = Witness.open();

  abstract ManagedChannel client();

  abstract Class<? extends Channel> channelType();

  /** How the names of the loops' threads begin. */
  String threadPrefix() {
    return "KQueueFfmEventLoopGroup-";
  }

  final Witness witness() {
    return witness;
  }

  @AfterEach
  void nothingIsLeft() {
    witness.close();
    Witness.assertNothingLeft();
  }

  @Test
  void unaryCallIsAnswered() {
    BytesValue request = message(1);
    assertThat(ClientCalls.blockingUnaryCall(call(EchoService.ONCE), request)).isEqualTo(request);
    assertCarried(2 * SIZE);
  }

  @Test
  void serverStreamsItsAnswers() {
    BytesValue request = message(2);
    List<BytesValue> answers = new ArrayList<>();
    ClientCalls.blockingServerStreamingCall(call(EchoService.REPEATED), request)
        .forEachRemaining(answers::add);
    assertThat(answers).hasSize(EchoService.REPETITIONS).containsOnly(request);
    assertCarried(EchoService.REPETITIONS * SIZE);
  }

  @Test
  void clientStreamsItsRequests() throws Exception {
    Answers answers = new Answers();
    List<BytesValue> requests =
        send(ClientCalls.asyncClientStreamingCall(call(EchoService.JOINED), answers));
    ByteString joined =
        requests.stream().map(BytesValue::getValue).reduce(ByteString.EMPTY, ByteString::concat);
    assertThat(answers.complete().get(SECONDS, TimeUnit.SECONDS))
        .containsExactly(BytesValue.of(joined));
    assertCarried(2 * MESSAGES * SIZE);
  }

  @Test
  void bothStreamAtOnce() throws Exception {
    Answers answers = new Answers();
    List<BytesValue> requests =
        send(ClientCalls.asyncBidiStreamingCall(call(EchoService.EACH), answers));
    assertThat(answers.complete().get(SECONDS, TimeUnit.SECONDS)).isEqualTo(requests);
    assertCarried(2 * MESSAGES * SIZE);
  }

  private static List<BytesValue> send(StreamObserver<BytesValue> requests) {
    List<BytesValue> sent = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      sent.add(message(i));
      requests.onNext(sent.get(i));
    }
    requests.onCompleted();
    return sent;
  }

  private static BytesValue message(int seed) {
    byte[] bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    return BytesValue.of(ByteString.copyFrom(bytes));
  }

  private ClientCall<BytesValue, BytesValue> call(MethodDescriptor<BytesValue, BytesValue> method) {
    return client()
        .newCall(method, CallOptions.DEFAULT.withDeadlineAfter(SECONDS, TimeUnit.SECONDS));
  }

  private void assertCarried(int bytes) {
    witness.assertCarried(channelType(), bytes, threadPrefix());
  }
}
