"""The sender on rows that are committed, with real connections and a real receiver."""

import json
import os
import signal
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import BaseCase, get_db_name, tagged

from ..engine.webhook import PERIOD, sign
from ..models import fynlo_webhook_sender as sending
from ..models.webhook_sources import Told
from .receiver import Receiver, allowed


@tagged("post_install", "-at_install")
class TestWebhookSender(BaseCase):
    def setUp(self):
        super().setUp()
        self.dbname = get_db_name()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        opened = allowed()
        opened.__enter__()
        self.addCleanup(opened.__exit__, None, None, None)
        with committing_env(self.dbname) as env:
            env["fynlo.webhook"].with_context(active_test=False).search([]).unlink()
            self.hook_id = self.add_hook(env).id
        self.addCleanup(self.clean_up)

    def clean_up(self):
        with committing_env(self.dbname) as env:
            env["fynlo.webhook"].with_context(active_test=False).search([]).unlink()
            env["fynlo.webhook.event"].search([]).unlink()

    def add_hook(self, env, url=None):
        topic = env["fynlo.webhook.topic"].search([("name", "=", "order.updated")])
        vals = {"url": url or self.receiver.url, "topic_ids": topic.ids}
        hook = env["fynlo.webhook"].create(vals)
        self.secret = hook._fynlo_read_secret()
        return hook

    def tell(self, *subjects):
        """Commit one event for each subject, in this order."""
        with committing_env(self.dbname) as env:
            store = env["pos.config"]
            for number, subject in enumerate(subjects):
                facts = Told("order", subject, env.company, store, {"number": number})
                env["fynlo.webhook.event"]._fynlo_write_event("order.updated", facts)

    def run_sender(self, times=1):
        def run(_):
            with committing_env(self.dbname) as env:
                env["fynlo.webhook.sender"]._fynlo_cron_send()

        with ThreadPoolExecutor(times) as pool:
            list(pool.map(run, range(times)))

    def deliveries(self):
        """Return the values of all deliveries, the oldest first."""
        with committing_env(self.dbname) as env:
            found = env["fynlo.webhook.delivery"].search([], order="id")
            return found.read(["state", "attempts", "last_status", "last_error", "answer"])

    def change(self, **vals):
        with committing_env(self.dbname) as env:
            env["fynlo.webhook.delivery"].search([]).write(vals)

    def received(self):
        return [json.loads(body)["data"]["number"] for _headers, body in self.receiver.calls]

    # --- One sender

    def test_signed_and_delivered(self):
        self.tell("a")
        self.run_sender()
        [(headers, body)] = self.receiver.calls
        stamp, _, digest = headers["Fynlo-Signature"].partition(",")
        self.assertEqual(headers["Fynlo-Signature"], sign(self.secret, int(stamp[2:]), body))
        self.assertEqual(json.loads(body)["id"], headers["Fynlo-Event-Id"])
        self.assertEqual(
            (headers["Fynlo-Event-Type"], headers["Fynlo-Attempt"]), ("order.updated", "1")
        )
        [delivery] = self.deliveries()
        self.assertEqual((delivery["state"], delivery["last_status"]), ("delivered", 200))
        self.run_sender()
        self.assertEqual(len(self.receiver.calls), 1)

    def test_the_next_of_a_subject_waits(self):
        self.receiver.status = 503
        self.tell("a", "a", "b")
        self.run_sender()
        self.assertEqual(sorted(self.received()), [0, 2])
        states = [each["state"] for each in self.deliveries()]
        self.assertEqual(states, ["failed", "pending", "failed"])
        self.receiver.status = 200
        self.change(next_attempt_at="2020-01-01")
        self.run_sender()
        self.assertEqual([each["state"] for each in self.deliveries()], ["delivered"] * 3)
        self.assertEqual([n for n in self.received() if n != 2], [0, 0, 1])
        ids = [headers["Fynlo-Event-Id"] for headers, body in self.receiver.calls
               if json.loads(body)["data"]["number"] == 0]  # fmt: skip
        self.assertEqual(len(set(ids)), 1)

    def test_dead_after_three_days(self):
        self.receiver.status = 410
        self.tell("a", "a")
        self.change(expires_at="2020-01-01")
        self.run_sender()  # the next one has its turn once the first is dead
        self.assertEqual([each["state"] for each in self.deliveries()], ["dead", "dead"])
        self.assertEqual(self.received(), [0, 1])
        self.receiver.status = 200
        with committing_env(self.dbname) as env:
            admin = env(user=env.ref("base.user_admin").id)
            admin["fynlo.webhook.delivery"].search([], limit=1, order="id").action_fynlo_replay()
        self.run_sender()
        self.assertEqual([each["state"] for each in self.deliveries()], ["delivered", "dead"])
        self.assertEqual(self.receiver.calls[0][1], self.receiver.calls[2][1])

    def test_the_period_is_three_days(self):
        self.tell("a")
        with committing_env(self.dbname) as env:
            delivery = env["fynlo.webhook.delivery"].search([])
            self.assertEqual(delivery.expires_at - delivery.happened_at, PERIOD)

    def test_an_archived_webhook_waits(self):
        self.tell("a")
        with committing_env(self.dbname) as env:
            env["fynlo.webhook"].browse(self.hook_id).active = False
        self.tell("a")
        self.run_sender()
        self.assertEqual(self.receiver.calls, [])
        self.assertEqual([each["state"] for each in self.deliveries()], ["pending"])

    def test_a_slow_receiver_does_not_hold_up_another(self):
        self.receiver.pause_s = 2
        other = Receiver()
        self.addCleanup(other.close)
        self.tell("a", "b", "c", "d")
        with committing_env(self.dbname) as env:
            self.add_hook(env, other.url)
        self.tell("e")
        self.run_sender()
        self.assertLess(other.spans[0][1], min(span[1] for span in self.receiver.spans))

    def test_what_waits_for_an_archived_webhook_goes_with_the_dead(self):
        self.tell("a", "b")
        with committing_env(self.dbname) as env:
            env["fynlo.webhook"].browse(self.hook_id).active = False
            env["fynlo.webhook.delivery"].search([], limit=1, order="id").expires_at = "2020-01-01"
        with committing_env(self.dbname) as env:
            env["fynlo.webhook.event"]._gc_told()
        self.assertEqual([each["state"] for each in self.deliveries()], ["pending"])

    def slow_and_quick(self, slow, pause_s):
        """Return ``(slow receivers, quick one)``; each slow one has a backlog of three."""
        self.receiver.pause_s = pause_s
        others = [Receiver(pause_s=pause_s) for _ in range(slow - 1)]
        quick = Receiver()
        for each in (*others, quick):
            self.addCleanup(each.close)
        with committing_env(self.dbname) as env:
            for each in others:
                self.add_hook(env, each.url)
        self.tell("a", "b", "c")
        return [self.receiver, *others], quick

    def test_backlog_of_two_slow_receivers_holds_up_nobody(self):
        slow, quick = self.slow_and_quick(2, 1.5)
        with committing_env(self.dbname) as env:
            self.add_hook(env, quick.url)
        self.tell("now")
        self.run_sender()
        self.assertLess(quick.spans[0][1], min(span[1] for each in slow for span in each.spans))

    def test_known_slow_receivers_take_half_of_the_senders(self):
        slow, quick = self.slow_and_quick(5, 0.4)
        mended = patch.object(sending, "_SLOW_MS", 300)
        mended.start()
        self.addCleanup(mended.stop)
        self.run_sender()  # nobody knows them yet
        with committing_env(self.dbname) as env:
            self.add_hook(env, quick.url)
        for each in slow:
            each.spans.clear()
        self.tell("a", "b")
        self.run_sender()
        spans = sorted(span[:2] for each in slow for span in each.spans)
        self.assertEqual(len(spans), 10)
        at_once = [sum(began <= start < ended for began, ended in spans) for start, _ in spans]
        self.assertEqual(max(at_once), 2)
        self.assertLess(quick.spans[-1][1], spans[0][1])

    def test_what_happens_while_slow_ones_are_told_does_not_wait_for_them(self):
        slow, quick = self.slow_and_quick(2, 1.5)
        with committing_env(self.dbname) as env:
            self.add_hook(env, quick.url)
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(self.run_sender)
            time.sleep(2)
            began = time.monotonic()
            self.tell("late")
            running.result()
        self.assertLess(quick.spans[0][0] - began, 1)
        self.assertGreater(max(span[1] for each in slow for span in each.spans) - began, 1)

    def test_an_answer_that_repeats_the_secret(self):
        def repeat(handler):
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.write(f"got {self.secret}".encode())

        self.receiver.behave = repeat
        self.tell("a")
        self.run_sender()
        self.assertEqual(self.deliveries()[0]["answer"], "got [secret]")

    def test_a_copy_sends_nothing(self):
        self.tell("a")
        script = Path(__file__).parents[1] / "data" / "neutralize.sql"
        with committing_env(self.dbname) as env:
            env.cr.execute(script.read_text())
        self.run_sender()
        self.assertEqual(self.receiver.calls, [])
        with committing_env(self.dbname) as env:
            hook = env["fynlo.webhook"].browse(self.hook_id)
            self.assertEqual((hook.active, hook.sealed_secret), (False, False))

    # --- Several senders, and one that dies

    def test_senders_at_once_keep_the_order(self):
        self.receiver.pause_s = 0.01
        subjects = [str(number % 5) for number in range(40)]
        self.tell(*subjects)
        self.run_sender(times=3)
        self.assertEqual([each["state"] for each in self.deliveries()], ["delivered"] * 40)
        by_subject = defaultdict(list)
        for began, ended, body in sorted(self.receiver.spans):
            document = json.loads(body)
            by_subject[document["subject"]["id"]].append((document["data"]["number"], began, ended))
        self.assertEqual(len(by_subject), 5)
        for told in by_subject.values():
            numbers = [number for number, _, _ in told]
            self.assertEqual((numbers, len(numbers)), (sorted(set(numbers)), 8))
            for before, after in zip(told, told[1:], strict=False):
                self.assertLessEqual(before[2], after[1], "two at once")

    def test_a_sender_that_was_killed(self):
        """Killed after the receiver had the call: it comes again, with the same id."""
        self.tell("a", "a")
        with committing_env(self.dbname) as env:
            claimed = env["fynlo.webhook.sender"]._fynlo_claim()
        pid = os.fork()
        if pid == 0:  # the other process: sends, and dies before it can note the result
            sending._call(claimed)
            os.kill(os.getpid(), signal.SIGKILL)
        self.assertEqual(os.WTERMSIG(os.waitpid(pid, 0)[1]), signal.SIGKILL)
        self.run_sender()
        self.assertEqual(len(self.receiver.calls), 1, "it still belongs to the dead sender")
        with committing_env(self.dbname) as env:
            first = env["fynlo.webhook.delivery"].search([], order="id", limit=1)
            self.assertEqual(first.state, "sending")
            first.next_attempt_at = "2020-01-01"
        self.run_sender()
        self.assertEqual(self.received(), [0, 0, 1])
        self.assertEqual(self.receiver.calls[0][1], self.receiver.calls[1][1])
        self.assertEqual([each["state"] for each in self.deliveries()], ["delivered"] * 2)

    def test_a_late_result_changes_nothing(self):
        """Who has lost his claim does not speak about the next one's."""
        self.tell("a")
        with committing_env(self.dbname) as env:
            sender = env["fynlo.webhook.sender"]
            lost = sender._fynlo_claim()
            self.change(next_attempt_at="2020-01-01")
            mine = sender._fynlo_claim()
            self.assertEqual((lost["attempts"], mine["attempts"]), (1, 2))
            sender._fynlo_note_outcome(lost, sending.client.Outcome(200))
        self.assertEqual([each["state"] for each in self.deliveries()], ["sending"])
