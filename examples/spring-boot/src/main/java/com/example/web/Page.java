package com.example.web;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

@RestController
class Page {
  @GetMapping("/")
  Mono<String> page() {
    return Mono.fromSupplier(() -> "hello from " + Thread.currentThread().getName() + "\n");
  }
}
