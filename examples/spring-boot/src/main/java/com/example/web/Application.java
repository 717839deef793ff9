package com.example.web;

import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import reactor.netty.http.HttpResources;

/** A page of Spring WebFlux, served on this transport. */
@SpringBootApplication
public class Application {
  /** Starts the application. */
  public static void main(String[] args) {
    // Before Spring starts, because the server takes the loops that are there then.
    HttpResources.set(KQueueFfmLoopResources.create("web"));
    SpringApplication.run(Application.class, args);
  }
}
