package io.github.kqueueffm.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.channel.KQueueFfmLoopCounters;
import io.github.kqueueffm.testkit.ChildJvm;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of the event loops, as a browser shows it. */
@Tag("any-netty")
class LoopPageTest {
  private static final Pattern SCRIPT = Pattern.compile("<script>.*?</script>", Pattern.DOTALL);
  private static final int REQUESTS = 20;
  private static final int SECONDS_SHOWN = 5;
  private static final int TIMEOUT_SECONDS = 100;

  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir private Path directory;
  private DemoServer server;
  private String loop;

  @BeforeEach
  void serve() throws Exception {
    List<KQueueFfmLoopCounters> others = KQueueFfmLoopCounters.all();
    server = DemoServer.start(Transport.kqueueFfm(), 0);
    loop =
        KQueueFfmLoopCounters.all().stream()
            .filter(counters -> !others.contains(counters))
            .findFirst()
            .orElseThrow()
            .name();
    for (int i = 0; i < REQUESTS; i++) {
      assertThat(get(HttpRoutes.PLAINTEXT_PATH)).isEqualTo(HttpRoutes.HELLO);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String get(String path) throws Exception {
    URI uri = URI.create(server.url(Workload.PLAINTEXT) + path);
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  @Test
  void dataHasTheCountersOfEachLoop() throws Exception {
    String before = get(HttpRoutes.LOOPS_DATA_PATH);
    long turns = number(before, "turns");
    assertThat(before).startsWith("[{").contains("\"name\":\"" + loop + '"').endsWith("}]");
    assertThat(number(before, "connectionsAccepted")).isEqualTo(1);
    assertThat(number(before, "connectionsOpen")).isEqualTo(1);
    assertThat(number(before, "messagesIn")).isEqualTo(REQUESTS + 1L);
    assertThat(number(before, "messagesOut")).isPositive();
    assertThat(number(before, "bytesIn")).isPositive();

    String after = get(HttpRoutes.LOOPS_DATA_PATH);
    assertThat(number(after, "turns")).isGreaterThan(turns);
    assertThat(number(after, "messagesIn")).isEqualTo(REQUESTS + 2L);
  }

  /** A number of this server's loop. */
  private long number(String json, String counter) {
    Matcher matcher =
        Pattern.compile("\"name\":\"" + Pattern.quote(loop) + "\"[^}]*\"" + counter + "\":(-?\\d+)")
            .matcher(json);
    assertThat(matcher.find()).as("%s in %s", counter, json).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  @Test
  void browserShowsTheCountersAsTheyChange() throws Exception {
    String page = browse(URI.create(server.url(Workload.PLAINTEXT) + HttpRoutes.LOOPS_PATH));
    assertThat(page).contains("<h1>Event loops</h1>").contains("<th>" + loop + "</th>");
    assertThat(page).doesNotContain("The demo does not answer").doesNotContain("Uncaught");
    assertThat(samples(page)).isGreaterThanOrEqualTo(3);

    // The client's requests and its connection, and those of the browser.
    assertThat(cell(page, "messagesIn")).isGreaterThan(REQUESTS);
    assertThat(cell(page, "connectionsAccepted")).isGreaterThanOrEqualTo(2);
    assertThat(cell(page, "connectionsOpen")).isGreaterThanOrEqualTo(2);
    assertThat(cell(page, "turns")).isGreaterThan(REQUESTS);
    assertThat(cell(page, "activeNanos")).isPositive();
    assertThat(cell(page, "shortWrites")).isGreaterThanOrEqualTo(0);
    assertThat(charts(page))
        .hasSize(6)
        .allSatisfy(chart -> assertThat(chart).containsPattern("<path d=\"M[-\\d. ]+ ?L"));
    assertThat(page).contains("time active, %", "wakeups each second");
  }

  @Test
  void browserSaysWhenTheDemoDoesNotAnswer() throws Exception {
    Path page = directory.resolve("loops.html");
    Files.write(page, LoopPage.html());
    assertThat(browse(page.toUri())).contains("The demo does not answer");
  }

  private static int samples(String page) {
    Matcher matcher = Pattern.compile("<body data-samples=\"(\\d+)\"").matcher(page);
    assertThat(matcher.find()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  /** The number that the page's table has for this server's loop. */
  private long cell(String page, String counter) {
    List<String> names = cells(page, "<tr id=\"names\">(.*?)</tr>", "<th[^>]*>(.*?)</th>");
    List<String> numbers =
        cells(page, "<tr id=\"" + counter + "\">(.*?)</tr>", "<td[^>]*>(.*?)</td>");
    // The first name is of the column with the titles.
    return Long.parseLong(numbers.get(names.indexOf(loop) - 1));
  }

  private static List<String> cells(String page, String row, String cell) {
    Matcher matcher = Pattern.compile(row, Pattern.DOTALL).matcher(page);
    assertThat(matcher.find()).as(row).isTrue();
    return Pattern.compile(cell).matcher(matcher.group(1)).results().map(m -> m.group(1)).toList();
  }

  private static List<String> charts(String page) {
    return Pattern.compile("<svg.*?</svg>", Pattern.DOTALL)
        .matcher(page)
        .results()
        .map(match -> match.group())
        .toList();
  }

  /**
   * What the browser makes of a page in some seconds of its time, which pass as fast as it can;
   * without the scripts.
   */
  private String browse(URI uri) throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            List.of(
                browser(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--user-data-dir=" + directory.resolve("profile"),
                "--virtual-time-budget=" + SECONDS_SHOWN * 1_000,
                "--dump-dom",
                uri.toString()),
            TIMEOUT_SECONDS);
    assertThat(result.status()).as(result.output()).isZero();
    return SCRIPT.matcher(result.output()).replaceAll("");
  }

  /** CI has the first one; .ci/skipped fails if this test is skipped there. */
  private static String browser() throws IOException {
    List<String> names = List.of("chromium", "chromium-browser", "google-chrome");
    List<String> found =
        Stream.of(System.getenv("PATH").split(":"))
            .flatMap(folder -> names.stream().map(name -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .map(Path::toString)
            .toList();
    assumeThat(found).as("a Chromium on the PATH").isNotEmpty();
    return found.get(0);
  }
}
