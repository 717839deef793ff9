package io.github.kqueueffm.selector.book.example;

import io.github.kqueueffm.selector.book.Event;
import io.github.kqueueffm.selector.book.Events;
import io.github.kqueueffm.selector.book.Interests;
import io.github.kqueueffm.selector.book.Registrator;
import io.github.kqueueffm.selector.book.Selector;
import io.github.kqueueffm.selector.book.TcpStream;
import io.github.kqueueffm.selector.book.Token;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The program of the book: several streams under tokens, against a server that answers each after
 * another delay. One thread selects and handles what is ready, in that order; another registers,
 * and ends the loop when all answers are there.
 */
public final class DelayedAnswersExample implements AutoCloseable {
  private final Selector selector = Selector.open();
  private final Registrator registrator = selector.registrator();
  private final Map<Token, TcpStream> streams = new HashMap<>();
  private final BiConsumer<Token, String> handler;
  private CountDownLatch unanswered;
  private Thread loop;

  /**
   * @param handler gets the answers, on the thread that selects
   */
  DelayedAnswersExample(BiConsumer<Token, String> handler) throws IOException {
    this.handler = handler;
  }

  /** Sends one request per delay; the token is the request's number. */
  void request(InetSocketAddress server, int... delays) throws IOException {
    unanswered = new CountDownLatch(delays.length);
    for (int i = 0; i < delays.length; i++) {
      streams.put(new Token(i), TcpStream.connect(server));
    }
    loop = Thread.ofPlatform().name("selector").start(() -> select(delays));
    for (Map.Entry<Token, TcpStream> entry : streams.entrySet()) {
      // Writable is what a stream becomes when it is connected.
      registrator.register(entry.getValue(), entry.getKey(), Interests.WRITABLE);
    }
  }

  private void select(int[] delays) {
    try (Events events = new Events(32)) {
      while (!registrator.isClosed()) {
        selector.select(events);
        for (Event event : events) {
          handle(event, delays);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void handle(Event event, int[] delays) throws IOException {
    Token token = event.token();
    TcpStream stream = streams.get(token);
    if (event.isWritable() && stream.finishConnect()) {
      String request = "delay " + delays[(int) token.value()] + "\n";
      stream.write(StandardCharsets.US_ASCII.encode(request));
      registrator.register(stream, token, Interests.READABLE);
    } else if (event.isReadable()) {
      ByteBuffer answer = ByteBuffer.allocate(256);
      if (stream.read(answer) == 0) {
        registrator.register(stream, token, Interests.READABLE);
        return;
      }
      stream.close();
      handler.accept(token, StandardCharsets.US_ASCII.decode(answer.flip()).toString().strip());
      unanswered.countDown();
    }
  }

  /** Waits for the answers; whether all came in time. */
  boolean await(long seconds) throws InterruptedException {
    return unanswered.await(seconds, TimeUnit.SECONDS);
  }

  /** Wakes the thread that selects, which has nothing more to wait for; whether it ended. */
  boolean closeLoop() throws IOException, InterruptedException {
    registrator.closeLoop();
    loop.join(10_000);
    return !loop.isAlive();
  }

  Registrator registrator() {
    return registrator;
  }

  @Override
  public void close() throws IOException {
    for (TcpStream stream : streams.values()) {
      stream.close();
    }
    selector.close();
  }

  public static void main(String[] arguments) throws Exception {
    try (DelayServer server = new DelayServer();
        DelayedAnswersExample example =
            new DelayedAnswersExample(
                (token, answer) -> System.out.println("token " + token.value() + ": " + answer))) {
      example.request(server.address(), 1500, 1200, 900, 600, 300);
      System.out.println("all answered: " + example.await(30));
      System.out.println("loop ended: " + example.closeLoop());
      try {
        example.registrator().register(0, new Token(0), Interests.READABLE);
      } catch (IOException e) {
        System.out.println("register now fails: " + e.getMessage());
      }
    }
  }
}
