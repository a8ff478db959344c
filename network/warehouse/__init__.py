"""What overseas warehouses cost: storage by age, handling, last mile, and alerts before stock gets dearer."""

from network.warehouse.alerts import Alert as Alert
from network.warehouse.alerts import alerts as alerts
from network.warehouse.cards import Card as Card
from network.warehouse.cards import Cards as Cards
from network.warehouse.fees import FeeLine as FeeLine
from network.warehouse.fees import Order as Order
from network.warehouse.fees import handling_line as handling_line
from network.warehouse.fees import order_lines as order_lines
from network.warehouse.fees import storage_lines as storage_lines
from network.warehouse.fees import storage_rate as storage_rate
from network.warehouse.fees import unloading_line as unloading_line
from network.warehouse.inbound import MODES as MODES
from network.warehouse.inbound import inbounds as inbounds
from network.warehouse.sending import Inbound as Inbound
from network.warehouse.sending import Terms as Terms
from network.warehouse.stock_fees import LotFees as LotFees
from network.warehouse.stock_fees import PieceFees as PieceFees
from network.warehouse.stock_fees import StockFees as StockFees
from network.warehouse.stock_fees import cards_of as cards_of
from network.warehouse.stock_fees import stock_fees as stock_fees
