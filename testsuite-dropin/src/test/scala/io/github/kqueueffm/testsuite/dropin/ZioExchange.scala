package io.github.kqueueffm.testsuite.dropin

import zio.{Runtime, Unsafe}
import zio.http.{Body, Client, Method, Request, Response, Routes, Server, handler}

/** A server and a client of ZIO HTTP, for one request. */
object ZioExchange:

  /** Sends a request to a server that returns its body, closes both, and returns what came back. */
  def exchange(body: String): String =
    val echo = handler((request: Request) => request.body.asString.map(Response.text(_)).orDie)
    val program =
      for
        port <- Server.install(Routes(Method.POST / "" -> echo))
        request = Request.post(s"http://127.0.0.1:$port/", Body.fromString(body))
        response <- Client.batched(request)
        answer <- response.body.asString
      yield answer
    val server = Server.defaultWith(_.binding("127.0.0.1", 0))
    Unsafe.unsafe { unsafe ?=>
      Runtime.default.unsafe.run(program.provide(server, Client.default)).getOrThrowFiberFailure()
    }
