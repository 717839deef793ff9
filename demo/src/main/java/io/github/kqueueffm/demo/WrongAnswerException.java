package io.github.kqueueffm.demo;

/** Thrown if a byte of an answer is wrong or missing. */
final class WrongAnswerException extends Exception {
  private static final long serialVersionUID = 1L;

  WrongAnswerException(String message) {
    super(message);
  }

  WrongAnswerException(String message, Throwable cause) {
    super(message, cause);
  }
}
