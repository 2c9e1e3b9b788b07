"""The fake vendor, as a vendor's own SDK sees it."""

import socket
import subprocess
import sys
import time

import httpx2
import numpy as np
from openai import OpenAI


def test_it_speaks_the_protocol_without_a_stream(fake_vendor):
    client = OpenAI(base_url=fake_vendor.url, api_key="fake", max_retries=0)
    answer = client.chat.completions.create(model="fake-good", messages=[{"role": "user", "content": "Hello"}])
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens > 0


def test_it_embeds_like_texts_near_each_other(fake_vendor):
    client = OpenAI(base_url=fake_vendor.url, api_key="fake", max_retries=0)
    data = client.embeddings.create(model="fake", input=["keep the data", "keep your data", "boil pasta"], dimensions=128).data
    one, two, three = (np.array(row.embedding) for row in data)
    assert one.shape == (128,)
    assert abs(one @ one - 1) < 1e-5
    assert one @ two > one @ three


def test_it_lists_its_models(fake_vendor):
    client = OpenAI(base_url=fake_vendor.url, api_key="fake", max_retries=0)
    assert "fake-429" in {model.id for model in client.models.list()}


def test_it_can_be_told_over_http(fake_vendor):
    control = fake_vendor.url.removesuffix("/v1") + "/control"
    assert httpx2.post(control, json={"mode": "500", "times": 1}).json()["mode"] == "500"
    assert httpx2.post(control, json={"mode": "unheard-of"}).status_code == 400
    chat = {"model": "any", "messages": []}
    statuses = [httpx2.post(f"{fake_vendor.url}/chat/completions", json=chat).status_code for _ in range(2)]
    assert statuses == [500, 200]
    assert len(httpx2.get(control).json()["seen"]) == 2
    assert httpx2.delete(control).json()["seen"] == []


def test_it_runs_by_itself():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "ai.fake_vendor", "--port", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert f":{port}/v1" in process.stdout.readline()
        assert _models(port)
    finally:
        process.terminate()
        process.wait(5)


def _models(port: int) -> bool:
    for _ in range(100):
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/v1/models").status_code == 200
        except httpx2.ConnectError:
            time.sleep(0.1)
    return False
