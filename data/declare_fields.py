"""The columns of files of orders, payments and waybills, and where messages of the customs hold the same."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("order", "payment", "waybill")
"""The three documents, in the order in which they are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One column.

    Parameters
    ----------
    name, zh
        Headers it is written with.
    kind
        ``text``, ``key`` (text without blanks at its ends that tells documents apart), ``amount``, ``time``,
        ``currency``, ``app`` (1 new, 2 change, 3 delete) or ``int``.
    aliases
        Other headers it is read by.
    is_needed
        Whether an empty cell is a fault.
    most
        Characters it may have.
    ceb
        Names of the fields of messages that hold the same; the first that is there counts.
    """

    name: str
    zh: str
    kind: str = "text"
    aliases: tuple[str, ...] = ()
    is_needed: bool = False
    most: int = 100
    ceb: tuple[str, ...] = ()


_ORDER_NO = Field(
    name="order_no", zh="订单编号", kind="key", aliases=("订单号",), is_needed=True, most=60, ceb=("orderNo",)
)
_PLATFORM = Field(name="platform", zh="电商平台代码", kind="key", aliases=("平台",), most=50, ceb=("ebpCode",))
_APP = Field(name="app_type", zh="报送类型", kind="app", most=1, ceb=("appType",))
_APP_TIME = Field(name="app_time", zh="报送时间", kind="time", most=25, ceb=("appTime",))
_CURRENCY = Field(
    name="currency", zh="币制", kind="currency", aliases=("币种",), is_needed=True, most=3, ceb=("currency",)
)
_CONSIGNEE = (
    Field(name="consignee", zh="收货人", ceb=("consignee",)),
    Field(name="consignee_phone", zh="收货人电话", most=50, ceb=("consigneeTelephone",)),
    Field(name="consignee_address", zh="收货地址", most=200, ceb=("consigneeAddress",)),
)

ORDER = (
    _ORDER_NO,
    _PLATFORM,
    _APP,
    _APP_TIME,
    Field(name="ordered_at", zh="下单时间", kind="time", is_needed=True, most=25, ceb=("appTime",)),
    Field(name="platform_name", zh="电商平台名称", ceb=("ebpName",)),
    Field(name="seller", zh="电商企业代码", aliases=("卖家代码",), most=18, ceb=("ebcCode",)),
    Field(name="seller_name", zh="电商企业名称", aliases=("卖家",), ceb=("ebcName",)),
    _CURRENCY,
    Field(name="goods_value", zh="商品金额", kind="amount", is_needed=True, most=20, ceb=("goodsValue",)),
    Field(name="freight", zh="运费", kind="amount", aliases=("运杂费",), most=20, ceb=("freight",)),
    Field(name="discount", zh="抵扣", kind="amount", most=20, ceb=("discount",)),
    Field(name="tax", zh="代扣税款", kind="amount", most=20, ceb=("taxTotal",)),
    Field(name="paid", zh="实付金额", kind="amount", aliases=("实际支付金额",), most=20, ceb=("acturalPaid",)),
    Field(name="buyer_name", zh="订购人", most=60, ceb=("buyerName",)),
    Field(name="buyer_id", zh="订购人证件号码", most=60, ceb=("buyerIdNumber",)),
    Field(name="buyer_phone", zh="订购人电话", most=30, ceb=("buyerTelephone",)),
    *_CONSIGNEE,
    Field(name="waybill_no", zh="运单编号", kind="key", aliases=("运单号",), most=80),
    Field(name="country", zh="运抵国", most=3),
    Field(name="port", zh="指运港", most=4),
)
GOODS = (
    Field(name="gnum", zh="序号", kind="int", most=5, ceb=("gnum",)),
    Field(name="item_no", zh="货号", aliases=("商品货号",), most=30, ceb=("itemNo",)),
    Field(name="item_name", zh="商品名称", most=250, ceb=("itemName",)),
    Field(name="unit", zh="计量单位", most=3, ceb=("unit",)),
    Field(name="qty", zh="数量", kind="amount", most=20, ceb=("qty",)),
    Field(name="price", zh="单价", kind="amount", most=20, ceb=("price",)),
    Field(name="total", zh="总价", kind="amount", most=20, ceb=("totalPrice",)),
    Field(name="origin", zh="原产国", most=3, ceb=("country",)),
)
PAYMENT = (
    Field(
        name="payment_no",
        zh="支付编号",
        kind="key",
        aliases=("支付流水号",),
        most=60,
        ceb=("payTransactionId", "payNo"),
    ),
    _ORDER_NO,
    _PLATFORM,
    _APP,
    _APP_TIME,
    Field(name="paid_at", zh="支付时间", kind="time", is_needed=True, most=25, ceb=("payTime", "accountingDate")),
    _CURRENCY,
    Field(
        name="amount",
        zh="支付金额",
        kind="amount",
        aliases=("金额",),
        is_needed=True,
        most=20,
        ceb=("amountPaid", "charge"),
    ),
    Field(name="payer_name", zh="支付人", most=60, ceb=("payerName",)),
    Field(name="payer_id", zh="支付人证件号码", most=60, ceb=("payerIdNumber",)),
    Field(name="pay_code", zh="支付企业代码", most=18, ceb=("payCode",)),
    Field(name="pay_name", zh="支付企业名称", ceb=("payName",)),
)
WAYBILL = (
    Field(
        name="waybill_no", zh="运单编号", kind="key", aliases=("运单号",), is_needed=True, most=80, ceb=("logisticsNo",)
    ),
    Field(name="order_no", zh="订单编号", kind="key", aliases=("订单号",), most=60, ceb=("orderNo",)),
    _PLATFORM,
    _APP,
    _APP_TIME,
    Field(name="shipped_at", zh="揽收时间", kind="time", is_needed=True, most=25, ceb=("appTime",)),
    Field(name="carrier", zh="物流企业代码", most=18, ceb=("logisticsCode",)),
    Field(name="carrier_name", zh="物流企业名称", ceb=("logisticsName",)),
    *_CONSIGNEE,
    Field(name="freight", zh="运费", kind="amount", most=20, ceb=("freight",)),
    Field(name="insured", zh="保价费", kind="amount", most=20, ceb=("insuredFee",)),
    Field(name="weight_kg", zh="毛重kg", kind="amount", aliases=("毛重",), most=20, ceb=("grossWeight", "weight")),
    Field(name="pieces", zh="件数", kind="int", most=9, ceb=("packNo",)),
)
FIELDS: Mapping[str, tuple[Field, ...]] = MappingProxyType({"order": ORDER, "payment": PAYMENT, "waybill": WAYBILL})
"""The columns of each document; those of goods come besides, in files of orders."""

ITEM = (
    Field(name="item_no", zh="货号", kind="key", is_needed=True, most=30),
    Field(name="hs", zh="商品编码", aliases=("海关编码",), is_needed=True, most=10),
    Field(name="name", zh="商品名称", is_needed=True, most=250),
    Field(name="model", zh="规格型号", is_needed=True, most=250),
    Field(name="barcode", zh="条形码", most=50),
    Field(name="unit1", zh="法定计量单位", is_needed=True, most=3),
    Field(name="qty1", zh="每件法定数量", kind="amount", is_needed=True, most=20),
    Field(name="unit2", zh="第二计量单位", most=3),
    Field(name="qty2", zh="每件第二数量", kind="amount", most=20),
    Field(name="net_kg", zh="每件净重kg", kind="amount", is_needed=True, most=20),
    Field(name="origin", zh="原产国", most=3),
)
"""The columns of a file of items, from which lists take what orders do not say."""
DECLARANT = (
    Field(name="field", zh="字段", kind="key", is_needed=True, most=40),
    Field(name="value", zh="取值", is_needed=True, most=200),
)
"""The columns of a file of what is the same in all lists of a declarant."""

NUMBERS = (
    Field(name="list_no", zh="清单号", kind="key", aliases=("企业唯一编号", "copNo"), is_needed=True, most=30),
    Field(name="invt_no", zh="清单编号", kind="key", aliases=("invtNo",), most=18),
    Field(name="pre_no", zh="预录入编号", kind="key", aliases=("preNo",), most=18),
)
"""The columns of a file of the numbers that customs gave to lists."""
CANCELLED = (
    Field(
        name="id", zh="清单号或订单号", kind="key", aliases=("清单号", "订单号", "订单编号"), is_needed=True, most=60
    ),
    Field(name="reason", zh="撤销原因", aliases=("原因",), is_needed=True, most=250),
)
"""The columns of a file of lists to be cancelled, by their numbers or those of their orders."""


def headers_of(fields: tuple[Field, ...]) -> Mapping[str, str]:
    """Return the name of each field by every header a file may give it."""
    return {plain(text): field.name for field in fields for text in (field.name, field.zh, *field.aliases)}


def plain(header: str) -> str:
    """
    Return a header without case, blanks, brackets and underscores.

    Examples
    --------
    >>> plain("Order No"), plain("毛重 (kg)")
    ('orderno', '毛重kg')
    """
    return header.casefold().translate(_DROPPED)


_DROPPED = str.maketrans(dict.fromkeys(" ()（）_", ""))
