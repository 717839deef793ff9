package io.github.kqueueffm.frameworks.grpc;

import com.google.protobuf.BytesValue;
import io.github.kqueueffm.testkit.WitnessExtension;
import io.grpc.CallOptions;
import io.grpc.ServerProvider;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;

/** Makes a call over the transport that gRPC chooses, and prints which, as a JVM's main class. */
public final class LoopsOfGrpc {

  private LoopsOfGrpc() {}

  /** Prints the provider and the channels. */
  public static void main(String[] arguments) throws Exception {
    GrpcProviderExample example = new GrpcProviderExample(new EchoService());
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS);
    BytesValue request = BytesValue.getDefaultInstance();
    ClientCalls.blockingUnaryCall(example.client(), EchoService.ONCE, options, request);
    System.out.println("answered");
    Class<?> provider = ServerProvider.provider().getClass();
    System.out.println(provider.getName() + " of " + provider.getModule().getName());
    WitnessExtension.channels().forEach(one -> System.out.println(one.type().getSimpleName()));
    example.shutDown();
  }
}
