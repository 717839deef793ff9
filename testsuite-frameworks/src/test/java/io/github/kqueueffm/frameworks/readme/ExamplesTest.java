package io.github.kqueueffm.frameworks.readme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.kqueueffm.testkit.ChildJvm;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds each example outside this repository, through the BOM, and runs it. */
class ExamplesTest {
  private static final Path ROOT = Path.of(System.getProperty("user.dir")).getParent();
  private static final Pattern VERSION =
      Pattern.compile("<kqueue-ffm.version>([^<]+)</kqueue-ffm.version>");
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  @TempDir private static Path directory;

  @BeforeAll
  static void build() throws Exception {
    copy(ROOT.resolve("examples"), directory);
    Project.writeAll(directory, names());
    Maven maven = new Maven(ROOT, directory.resolve("repository"), released());
    maven.install();
    assertThat(maven.run(directory, "package")).as("%s", maven.output()).isZero();
  }

  /** {@return the version of the transport, the same in all examples} */
  private static String released() throws IOException {
    Set<String> versions = new HashSet<>();
    for (String name : names()) {
      String pom = Files.readString(directory.resolve(name).resolve("pom.xml"));
      Matcher matcher = VERSION.matcher(pom);
      assertThat(matcher.find()).as(name).isTrue();
      versions.add(matcher.group(1));
    }
    assertThat(versions).hasSize(1);
    return versions.iterator().next();
  }

  @Test
  void eachExampleIsInTheTableAndHasAReadme() throws IOException {
    String table = Files.readString(ROOT.resolve("examples/README.md"));
    for (String name : names()) {
      assertThat(table).contains("[" + name + "](" + name + ")");
      assertThat(ROOT.resolve("examples").resolve(name).resolve("README.md"))
          .content()
          .contains("-jar target/" + name + ".jar", "netty-transport-kqueue-ffm-bom:");
    }
  }

  @Test
  void echoClientGetsItsLine() throws Exception {
    try (Program server = start("echo", "0")) {
      String port = server.await("echo at .*:(\\d+)\\R");
      assertThat(main("echo", "com.example.echo.EchoClient", port, "a line").output())
          .isEqualTo("a line" + System.lineSeparator());
      assertIsQuiet(server);
    }
  }

  @Test
  void httpServerAnswers() throws Exception {
    try (Program server = start("http-server", "0")) {
      String port = server.await("http at .*:(\\d+)\\R");
      assertThat(get(port)).isEqualTo("hello from KQueueFfmSocketChannel\n");
      assertIsQuiet(server);
    }
  }

  @Test
  void springServesItsPageOnThisTransport() throws Exception {
    try (Program server = start("spring-boot", "--server.port=0")) {
      String port = server.await("started on port (\\d+)");
      assertThat(get(port)).startsWith("hello from web-kqueue-ffm-");
      assertIsQuiet(server);
    }
  }

  @Test
  void grpcServesOnThisTransport() throws Exception {
    try (Program server = start("grpc", "0")) {
      String port = server.await("grpc at (\\d+)\\R");
      assertThat(main("grpc", "com.example.rpc.HealthClient", "127.0.0.1:" + port).output())
          .isEqualTo("SERVING" + System.lineSeparator());
      assertThat(threads(server)).contains("\"grpc-kqueue-ffm-");
      assertIsQuiet(server);
    }
  }

  @Test
  void awsCallGoesOverThisTransport() throws Exception {
    HttpServer sts = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    sts.createContext("/", ExamplesTest::answerCallerIdentity);
    sts.start();
    try {
      ChildJvm.Result result =
          ChildJvm.java(
              List.of(
                  "-Dio.github.kqueueffm.dropin=true",
                  "-Dio.github.kqueueffm.trace=connect",
                  "-Daws.region=eu-central-1",
                  "-Daws.accessKeyId=id",
                  "-Daws.secretAccessKey=secret",
                  "-jar",
                  jar("aws-sdk").toString(),
                  "http://127.0.0.1:" + sts.getAddress().getPort()));
      assertThat(result.isSuccess().output()).contains("123456789012");
      assertThat(result.all()).contains("connect(").doesNotContain("--enable-native-access");
    } finally {
      sts.stop(0);
    }
  }

  private static void answerCallerIdentity(HttpExchange exchange) throws IOException {
    byte[] answer =
        """
        <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <GetCallerIdentityResult>
            <Account>123456789012</Account>
          </GetCallerIdentityResult>
        </GetCallerIdentityResponse>
        """
            .getBytes(UTF_8);
    exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().add("Content-Type", "text/xml");
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private static String threads(Program program) throws IOException, InterruptedException {
    Path jcmd = JAVA.resolveSibling("jcmd");
    List<String> command = List.of(jcmd.toString(), Long.toString(program.pid()), "Thread.print");
    return ChildJvm.run(command).isSuccess().output();
  }

  /** As systemd passes a socket, and as inetd and launchd's inetdCompatibility do. */
  @ParameterizedTest
  @ValueSource(ints = {3, 0})
  void serviceTakesOverTheSocketThatItIsStartedWith(int descriptor) throws Exception {
    List<String> command =
        List.of(
            "perl",
            Path.of("src/test/resources/activate.pl").toAbsolutePath().toString(),
            Integer.toString(descriptor));
    try (Program service = start(command, "socket-activation")) {
      int port = Integer.parseInt(service.await("service at .*:(\\d+)\\R"));
      assertThat(port).isEqualTo(Integer.parseInt(service.await("listening at (\\d+)\\R")));
      assertThat(greeting(port)).isEqualTo("hello from KQueueFfmSocketChannel\n");
      // Again, as the listening socket stays.
      assertThat(greeting(port)).isEqualTo("hello from KQueueFfmSocketChannel\n");
      assertIsQuiet(service);
    }
  }

  private static String greeting(int port) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(30_000);
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private static String get(String port) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
            .timeout(Duration.ofSeconds(30))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      return response.body();
    }
  }

  /** The JVM does not warn of native access, which the manifest allows. */
  private static void assertIsQuiet(Program program) throws IOException {
    assertThat(program.output()).doesNotContain("--enable-native-access", "Exception");
  }

  private static Program start(String example, String... arguments) throws IOException {
    return start(List.of(), example, arguments);
  }

  private static Program start(List<String> prefix, String example, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(JAVA.toString(), "-XX:TieredStopAtLevel=1", "-jar"));
    command.add(jar(example).toString());
    command.addAll(List.of(arguments));
    return new Program(directory.resolve(example + ".out"), command);
  }

  private static ChildJvm.Result main(String example, String type, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.addAll(List.of(jar(example).toString(), type));
    command.addAll(List.of(arguments));
    return ChildJvm.java(command).isSuccess();
  }

  private static Path jar(String example) {
    return directory.resolve(example).resolve("target").resolve(example + ".jar");
  }

  private static List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(ROOT.resolve("examples"))) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  /** Leaves out what a user has built in place. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> entries = Files.walk(from)) {
      for (Path entry :
          entries.filter(entry -> !from.relativize(entry).toString().contains("target")).toList()) {
        Path target = to.resolve(from.relativize(entry).toString());
        if (Files.isDirectory(entry)) {
          Files.createDirectories(target);
        } else {
          Files.copy(entry, target);
        }
      }
    }
  }
}
