package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program in a module of its own, compiled and run as a user would: {@code java -p ... -m}. */
@Tag("real")
class ModulePathTest {
  private static final String ENABLE = "--enable-native-access=io.github.kqueueffm.transport";
  private static final String MODULE =
      """
      module app {
        requires io.github.kqueueffm.transport;
      }
      """;
  private static final String PROGRAM =
      """
      package app;

      import io.github.kqueueffm.channel.KQueueFfm;
      import io.github.kqueueffm.channel.KQueueFfmIoHandler;
      import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
      import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
      import io.github.kqueueffm.selector.book.Events;
      import io.github.kqueueffm.selector.book.Selector;
      import io.netty.bootstrap.Bootstrap;
      import io.netty.bootstrap.ServerBootstrap;
      import io.netty.channel.Channel;
      import io.netty.channel.ChannelInboundHandlerAdapter;
      import io.netty.channel.EventLoopGroup;
      import io.netty.channel.MultiThreadIoEventLoopGroup;
      import java.net.InetAddress;

      public class Main {
        public static void main(String[] args) throws Exception {
          System.out.println("cause: " + KQueueFfm.unavailabilityCause());
          if (KQueueFfm.isAvailable()) {
            System.out.println(KQueueFfm.class.getModule() + " connects: " + connects());
            System.out.println("selects: " + selects());
          }
        }

        private static boolean connects() throws Exception {
          EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
          try {
            Channel server =
                new ServerBootstrap()
                    .group(group)
                    .channel(KQueueFfmServerSocketChannel.class)
                    .childHandler(new ChannelInboundHandlerAdapter())
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            return new Bootstrap()
                .group(group)
                .channel(KQueueFfmSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(server.localAddress())
                .sync()
                .channel()
                .isActive();
          } finally {
            group.shutdownGracefully(0, 5, java.util.concurrent.TimeUnit.SECONDS).sync();
          }
        }

        private static int selects() throws Exception {
          try (Selector selector = Selector.open(); Events events = new Events(8)) {
            return selector.select(events, 1);
          }
        }
      }
      """;

  @TempDir private Path directory;

  @Test
  void programInItsOwnModuleRunsWithoutWarning() throws Exception {
    compile(PROGRAM);
    assertThat(run(ENABLE).isSuccess().all())
        .contains("cause: null")
        .contains("module io.github.kqueueffm.transport connects: true")
        .contains("selects: 0")
        .doesNotContain("WARNING");
  }

  @Test
  void withoutTheFlagTheWarningNamesTheModule() throws Exception {
    compile(PROGRAM);
    assertThat(run().isSuccess().all()).contains("connects: true").contains("WARNING", ENABLE);
  }

  @Test
  void deniedNativeAccessNamesTheFlagOfTheModule() throws Exception {
    compile(PROGRAM);
    assertThat(run(AvailabilityTest.denyNativeAccess()).isSuccess().all())
        .contains("cause: java.lang.UnsupportedOperationException")
        .contains(ENABLE);
  }

  @Test
  void programInItsOwnModuleIsRecorded() throws Exception {
    compile(PROGRAM);
    Path file = directory.resolve("recording.jfr");
    String options = "filename=" + file + ",+io.github.kqueueffm.LoopTurn#threshold=0s";
    String recorded = "-XX:StartFlightRecording:" + options;
    assertThat(run(ENABLE, recorded).isSuccess().all()).contains("connects: true");
    assertThat(RecordingFile.readAllEvents(file))
        .extracting(event -> event.getEventType().getName())
        .contains("io.github.kqueueffm.LoopTurn", "io.github.kqueueffm.ChannelClose");
  }

  @Test
  void programInItsOwnModuleRunsWithoutJdkJfr() throws Exception {
    compile(PROGRAM);
    assertThat(run(ENABLE, "--limit-modules=app").isSuccess().all())
        .contains("module io.github.kqueueffm.transport connects: true")
        .doesNotContain("WARNING");
  }

  @Test
  void internalPackagesAreNotExported() throws Exception {
    for (String room : List.of("abi", "jfr", "syscall", "kqueue")) {
      String source = "package app; import io.github.kqueueffm." + room + ".*; class Main {}";
      assertThat(compiled(source)).contains("package io.github.kqueueffm." + room);
    }
  }

  private void compile(String program) throws Exception {
    assertThat(compiled(program)).isEmpty();
  }

  /** What the compiler says, and nothing if all is well. */
  private String compiled(String program) throws Exception {
    Path sources = Files.createDirectories(directory.resolve("src"));
    Path module = Files.writeString(sources.resolve("module-info.java"), MODULE);
    Path main = Files.writeString(sources.resolve("Main.java"), program);
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    String[] arguments = {
      "-p", modulePath(), "-d", classes().toString(), module.toString(), main.toString()
    };
    ToolProvider.findFirst("javac").orElseThrow().run(out, out, arguments);
    return said.toString();
  }

  private Path classes() {
    return directory.resolve("classes");
  }

  private ChildJvm.Result run(String... flags) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(flags));
    String path = modulePath() + File.pathSeparator + classes();
    arguments.addAll(List.of("-p", path, "-m", "app/app.Main"));
    return ChildJvm.java(arguments);
  }

  /** The transport's classes and Netty's jars. */
  private static String modulePath() throws Exception {
    Path transport =
        Path.of(KQueueFfm.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Stream<String> netty =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> Path.of(entry).getFileName().toString().startsWith("netty-"));
    return Stream.concat(Stream.of(transport.toString()), netty)
        .collect(Collectors.joining(File.pathSeparator));
  }
}
