package io.github.kqueueffm.frameworks.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which provider gRPC takes, which is decided once in a JVM. */
class GrpcProvidersTest {
  private static final String OURS = "io.github.kqueueffm.grpc.KQueueFfmServerProvider";
  private static final String GRPC_NETTYS = "io.grpc.netty.NettyServerProvider";

  private static ChildJvm.Result run(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Dio.netty.bootstrap.extensions=serviceload");
    command.addAll(List.of(options));
    command.add(LoopsOfGrpc.class.getName());
    return ChildJvm.java(command).isSuccess();
  }

  private static String classPath(Predicate<String> accepted) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(accepted)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** As beside grpc-netty-shaded alone, whose provider gRPC then finds. */
  @Test
  void withoutGrpcNettyTheProvidersAreNotAvailable() throws Exception {
    String errors =
        ChildJvm.java(
                List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    classPath(entry -> !entry.contains("/grpc-netty-")),
                    LoopsOfGrpc.class.getName()))
            .hasEnded()
            .errors();
    assertThat(errors).contains("ProviderNotFoundException: No functional server found");
  }

  @Test
  void transportIsTakenWhereItIsAvailable() throws Exception {
    String output =
        run("--enable-native-access=ALL-UNNAMED", "-cp", classPath(entry -> true)).output();
    assertThat(output.lines())
        .startsWith("answered", OURS + " of null")
        .contains("KQueueFfmServerSocketChannel", "KQueueFfmSocketChannel");
  }

  /** Netty's are named, because grpc-netty is an automatic module, which requires none. */
  @Test
  void providersAreFoundOnTheModulePath() throws Exception {
    Predicate<String> isModule = GrpcProvidersTest::isOfTheModules;
    String output =
        run(
                "--illegal-native-access=deny",
                "--enable-native-access=io.github.kqueueffm.transport",
                "--add-modules",
                "io.github.kqueueffm.grpc,io.netty.codec.http2,io.netty.handler.proxy",
                "-p",
                classPath(isModule),
                "-cp",
                classPath(isModule.negate()))
            .output();
    assertThat(output.lines())
        .startsWith("answered", OURS + " of io.github.kqueueffm.grpc")
        .contains("KQueueFfmServerSocketChannel", "KQueueFfmSocketChannel");
  }

  private static boolean isOfTheModules(String entry) {
    return entry.contains("/grpc-")
        || entry.contains("/guava-")
        || entry.contains("/netty-")
        || entry.contains("/perfmark-")
        || entry.contains("/transport-kqueue-ffm/target/")
        || entry.contains("/integrations/grpc/target/");
  }

  @Test
  void withoutNativeAccessGrpcWorksByItsOwnProviderInSilence() throws Exception {
    ChildJvm.Result result = run("--illegal-native-access=deny", "-cp", classPath(entry -> true));
    assertThat(result.output())
        .startsWith("answered\n" + GRPC_NETTYS + " of ")
        .doesNotContain("KQueueFfm");
    assertThat(result.errors()).doesNotContain("kqueue transport", "KQueueFfm");
  }

  @Test
  void grpcWorksByItsOwnProviderWhereNativeTransportsAreOff() throws Exception {
    ChildJvm.Result result =
        run(
            "--enable-native-access=ALL-UNNAMED",
            "-Dio.netty.transport.noNative=true",
            "-cp",
            classPath(entry -> true));
    assertThat(result.output())
        .startsWith("answered\n" + GRPC_NETTYS + " of ")
        .contains("NioServerSocketChannel", "NioSocketChannel")
        .doesNotContain("KQueueFfm");
    assertThat(result.errors()).doesNotContain("kqueue transport", "KQueueFfm");
  }
}
